"""JupyterHub for one course on one machine; `setup` beside this file puts it into /etc/jupyterhub.

Who is in the machine's groups `students` and `tas` may log in. Each has a server of their own; the assistants also
share one, the service, which runs formgrader as `grader` in the course's folder.
"""

import grp
import os
import pwd
from pathlib import Path

from jupyterhub.auth import PAMAuthenticator

COURSE = Path("/etc/jupyterhub/course").read_text().strip()
"""Its name in course.yml."""


class MachineGroups(PAMAuthenticator):
    """The hub's groups are the machine's, at each login and anew each minute: no change of them needs a restart."""

    async def authenticate(self, handler, data):
        """Return the user's name and groups; None where the password is wrong."""
        name = await super().authenticate(handler, data)
        return name and {"name": name, "groups": _groups(name)}

    async def refresh_user(self, user, handler=None):
        """Return the groups as they are now; False, which logs out, where the user is gone or in neither group."""
        try:
            return self.check_allowed_groups(user.name) and {"name": user.name, "groups": _groups(user.name)}
        except KeyError:
            return False


def _groups(name):
    return sorted(grp.getgrgid(number).gr_name for number in os.getgrouplist(name, pwd.getpwnam(name).pw_gid))


c = get_config()  # noqa: F821  (JupyterHub defines it)

# A web server with your certificate stands before it and hands on to this address.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.ConfigurableHTTPProxy.command = ["/opt/jupyterhub/proxy/node_modules/.bin/configurable-http-proxy"]

c.JupyterHub.authenticator_class = MachineGroups
c.MachineGroups.allowed_groups = {"students", "tas"}
c.MachineGroups.allow_existing_users = False  # who left both groups does not come in for having been here
c.MachineGroups.manage_groups = True
c.MachineGroups.auth_refresh_age = 60

c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = ["/opt/jupyterhub/bin/jupyterhub-singleuser"]
c.Spawner.default_url = "/lab"

c.JupyterHub.services = [
    {
        "name": COURSE,
        "url": "http://127.0.0.1:9999",
        "command": ["/srv/course/.venv/bin/jupyterhub-singleuser"],
        "user": "grader",
        "cwd": "/srv/course",
        "environment": {"JUPYTERHUB_DEFAULT_URL": "/formgrader"},
        "timeout": 120,  # seconds in which it must answer, else the hub ends; 30 are few where all starts at once
        "oauth_no_confirm": True,  # no "Authorize access" page: the service is ours
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "formgrader",
        "groups": ["tas"],
        "scopes": [f"access:services!service={COURSE}", "list:services", f"read:services!service={COURSE}"],
    }
]
