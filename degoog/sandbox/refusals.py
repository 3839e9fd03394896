"""How the Nextcloud stand-in words the fault plan's refusals, at the door that was knocked at."""

from degoog.sandbox.faults import Fault, FaultKind
from degoog.sandbox.http_server import Request, Response
from degoog.sandbox.nextcloud_answers import OCA, DavError, locked, ocs
from degoog.sandbox.nextcloud_dav import DAV_ROOT
from degoog.sandbox.nextcloud_write import insufficient
from degoog.sandbox.php import php_integer


def refuse(request: Request, fault: Fault) -> Response:
    """The refusal as DAV, OCS or a page gives it."""
    if request.path.startswith(DAV_ROOT):
        response = _dav(request, fault).response()
    elif request.path.startswith("/ocs/"):
        response = _ocs(request, fault)
    elif fault.kind is FaultKind.MAINTENANCE:
        headers = {"Content-Type": "text/html; charset=UTF-8", "Retry-After": "120"}
        headers["X-Nextcloud-Maintenance-Mode"] = "1"
        response = Response(503, headers, b"<h1>Maintenance mode</h1>")
    else:
        response = Response(500, {"Content-Type": "text/html; charset=UTF-8"}, b"<h1>Internal Server Error</h1>")
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _dav(request: Request, fault: Fault) -> DavError:
    path = "/" + request.path.removeprefix(DAV_ROOT).partition("/")[2].partition("/")[2]
    match fault.kind:
        case FaultKind.LOCKED if request.method == "MOVE" and request.path.startswith(f"{DAV_ROOT}files/"):
            return DavError(500, "OCP\\Lock\\LockedException", f'"{path}" is locked')
        case FaultKind.LOCKED:
            return locked(path)
        case FaultKind.QUOTA:
            return insufficient(path, needed=php_integer(request.header("content-length")), free=0)
        case FaultKind.MAINTENANCE:
            return DavError(503, "OCA\\DAV\\Exception\\ServerMaintenanceMode", "System is in maintenance mode.")
        case FaultKind.TOO_MANY:
            return DavError(429, OCA + "TooManyRequests", "")
        case _:
            return DavError(500, "Exception", "An unhandled error occurred.")


def _ocs(request: Request, fault: Fault) -> Response:
    match fault.kind:
        case FaultKind.MAINTENANCE:
            response = ocs(request, 503, code=503, message="Service unavailable", data=[])
            response.headers["X-Nextcloud-Maintenance-Mode"] = "1"
            return response
        case FaultKind.TOO_MANY:
            return ocs(request, 429, code=429, message="Reached maximum delay", data=[])
        case _:
            return ocs(request, 500, code=996, message="Internal Server Error\n", data=[])
