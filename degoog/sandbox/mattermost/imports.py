"""The routes of settings, uploads and jobs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from degoog.sandbox.http_server import Response
from degoog.sandbox.mattermost.answers import ApiError, Asked, Routes, answer, found, ok
from degoog.sandbox.mattermost.importer import Importer
from degoog.sandbox.mattermost.world import World

routes = Routes()
_FIRST = 5 << 20


@dataclass(slots=True)
class Upload:
    """An upload on its way."""

    id: str
    filename: str
    size: int
    data: bytearray = field(default_factory=bytearray)

    def shown(self) -> dict[str, Any]:
        """The upload as the API shows it."""
        return {"id": self.id, "filename": self.filename, "file_size": self.size, "file_offset": len(self.data)}


@dataclass(slots=True)
class Job:
    """An import; it is carried out the `patience`th time somebody asks for it, which the answer does not tell yet."""

    id: str
    file: str
    patience: int
    linger: int
    status: str = "pending"
    data: dict[str, str] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """The job as the API shows it."""
        data = {"import_file": self.file, **self.data}
        return {"id": self.id, "type": "import_process", "status": self.status, "data": data}


@routes.on("GET", "/config")
def _config(asked: Asked) -> Response:
    return answer(asked.world.settings)


@routes.on("PUT", "/config/patch")
def _patch(asked: Asked) -> Response:
    asked.world.patched.append(asked.body)
    for section, values in asked.body.items():
        asked.world.settings.setdefault(section, {}).update(values)
    return answer(asked.world.settings)


@routes.on("POST", "/uploads")
def _new_upload(asked: Asked) -> Response:
    body, world = asked.body, asked.world
    if body["file_size"] > world.settings["FileSettings"]["MaxFileSize"]:
        raise ApiError(413, "api.upload.create.upload_too_large.app_error")
    upload = Upload(world.new_id(), body["filename"], body["file_size"])
    world.uploads[upload.id] = upload
    return answer(upload.shown(), 201)


@routes.on("GET", "/uploads/{id}")
def _upload(asked: Asked, id_: str) -> Response:
    return answer(found(asked.world.uploads.get(id_), "app.upload.get.app_error").shown())


@routes.on("POST", "/uploads/{id}")
def _send(asked: Asked, id_: str) -> Response:
    world = asked.world
    upload = found(world.uploads.get(id_), "app.upload.get.app_error")
    if not upload.data and len(asked.raw) < min(_FIRST, upload.size) and not asked.request.body.torn:
        raise ApiError(400, "app.upload.upload_data.first_part_too_small.app_error")
    upload.data += asked.raw
    if len(upload.data) < upload.size:
        return Response(204)
    world.imports[f"{upload.id}_{upload.filename}"] = bytes(world.uploads.pop(id_).data)
    return answer({"id": world.new_id(), "name": upload.filename})


@routes.on("DELETE", "/imports/{name}")
def _delete_import(asked: Asked, name: str) -> Response:
    asked.world.imports.pop(name, None)
    return ok()


@routes.on("GET", "/imports")
def _imports(asked: Asked) -> Response:
    return answer(sorted(asked.world.imports))


@routes.on("POST", "/jobs")
def _new_job(asked: Asked) -> Response:
    job = Job(asked.world.new_id(), asked.body["data"]["import_file"], asked.world.patience, asked.world.linger)
    asked.world.jobs[job.id] = job
    return answer(job.shown(), 201)


@routes.on("GET", "/jobs/type/{type}")
def _jobs(asked: Asked, _type: str) -> Response:
    asked.world.importing = False
    return asked.page([job.shown() for job in reversed(asked.world.jobs.values())])


@routes.on("GET", "/jobs/{id}")
def _job(asked: Asked, id_: str) -> Response:
    job = found(asked.world.jobs.get(id_), "app.job.get.app_error")
    world, before = asked.world, job.shown() | {"status": "in_progress"}
    if job.status not in {"pending", "in_progress"}:
        job.linger -= 1
        world.importing = job.linger > 0
        return answer(before if world.importing else job.shown())
    job.patience -= 1
    job.status = "in_progress"
    if job.patience <= 0:
        carry_out(world, job)
        world.importing = True
    return answer(before)


def carry_out(world: World, job: Job) -> None:
    """Have a job do its work."""
    outcome = Importer(world, world.imports[job.file]).run()
    job.status = "error" if outcome.error else "success"
    if outcome.error:
        job.data |= {"error": outcome.error, "line_number": str(outcome.line)}
    else:
        world.imports.pop(job.file)
