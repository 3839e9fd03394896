"""What is sent to a Mattermost together: holders in one import, messages in imports of some thousands."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from degoog.convert.talk import Thread
from degoog.mattermost import holders, threads, touches
from degoog.mattermost.threads import Tools
from degoog.model import FailReason, Intent, Ref
from degoog.ports import Failed, Make, Move, Part, Result, Settled, Task, Touch, Write

POSTS = 25_000  # a batch is held in memory until it is sent
_SOON = 12_500  # posts that are worth an import where the server has nothing else to do
BYTES = 4 << 30  # of files: an import's disk space is wanted here, and twice at the server
_HOLDERS = 5_000


class MattermostBatch:
    """A `ports.Batch`."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._tasks: list[Task[Thread]] = []
        self._posts = 0
        self._bytes = 0

    def put(self, task: Task[Thread]) -> None:
        """Take note."""
        self._tasks.append(task)
        if isinstance(task, Write):
            self._posts += 1 + len(task.value.replies)
            self._bytes += _weight(task)

    @property
    def full(self) -> bool:
        """Whether it is as large as one import should be."""
        most = min(BYTES, self._tools.settings.largest // 2)  # the zip itself must be one the server takes
        posts = POSTS if self._tools.under_way else _SOON
        return self._posts >= posts or self._bytes >= most or len(self._tasks) - self._posts >= _HOLDERS

    def intents(self) -> Sequence[tuple[Ref, Intent]]:
        """Each message knows on the server which one it is: what arrived is found again by that.

        A team or channel that we were making is ours to tidy up.
        """
        made = [Part(task.item, task.at) for task in self._tasks if isinstance(task, Make)]
        writes = [task for task in self._tasks if isinstance(task, Write)]
        said = [part for task in writes for part in (Part(task.item, task.at), *task.parts)]
        return [(one.item.ref, Intent(one.at.path)) for one in (*made, *said) if not one.at.was]

    def _load(self, writes: deque[Write[Thread]]) -> deque[Write[Thread]]:
        """Take as many threads as fit into one import file: the last one may have made them too many."""
        load, room = deque([writes.popleft()]), self._tools.settings.largest * 9 // 10  # lines take room as well
        left = room - _weight(load[0])
        while writes and (left := left - _weight(writes[0])) >= 0:
            load.append(writes.popleft())
        return load

    async def close(self) -> Sequence[Result]:
        """Send everything; what it held is let go of once it is sent."""
        tasks, self._tasks = self._tasks, []
        makes = [task for task in tasks if isinstance(task, Make)]
        writes = deque(task for task in tasks if isinstance(task, Write))
        moves = [task for task in tasks if isinstance(task, Move)]
        others = [task for task in tasks if isinstance(task, Touch)]
        del tasks
        results = await holders.make(self._tools, makes) if makes else []
        while writes:
            results += await threads.put(self._tools, self._load(writes))
        return [*results, *[_moved(task) for task in moves], *await touches.put(self._tools, others)]


def _weight(task: Write[Thread]) -> int:
    """Give the bytes of a thread's files."""
    said = (task.value.root, *task.value.replies)
    return sum(file.blob.size for post in said for file in post.attachments)


def _moved(task: Move) -> Result:
    """Names come through descriptions: what only has a new place at the source stays where it is."""
    if task.at.proof is None:
        return Failed(task.item, FailReason.REJECTED)
    return Settled(task.item, task.at.was, task.at.proof)
