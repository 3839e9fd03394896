"""A Nextcloud and a Mattermost made to match `space:` of workspace.yml, over HTTP alone.

`wanted` is what should be, `nextcloud.admin` and `mattermost.admin` say what is; `cloud` and `chat` compare them and
give actions; `cloud_making` and `chat_making` carry them out, and `memory` remembers what degoog made, so that a second
run changes nothing and nothing that degoog did not make is removed or weakened. `site` is one run.
"""
