"""A stand-in for Snowflake on loopback, for the real client to speak to.

It runs in an environment of its own (`fakesnow.lock`) as `python snowflake_server.py PORT` until its input ends.
fakesnow executes the SQL; this adds what the client of today needs to log in, keeps a record of what it was asked, and
fails when told to:

- `GET /_double/logins` and `GET /_double/statements`: what the client really sent, secrets left out of neither.
- `POST /_double/fail`: the next `times` requests `on` login, statement or renewal are answered with `code`, `state` and
  `message`, after `seconds`; with code "http" by a bare status 503.
- `POST /_double/reset`: forget all of it.
"""

import asyncio
import gzip
import json
import os
import re
import sys
import threading
from typing import Any

import fakesnow.server as fakesnow
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ALTER_SESSION = re.compile(r"\s*alter\s+session\b", re.IGNORECASE)
logins: list[dict[str, Any]] = []
statements: list[dict[str, Any]] = []
failures: list[dict[str, Any]] = []


async def login(request: Request) -> Response:
    """Log in, and complete what fakesnow answers by what the client of today asks for."""
    logins.append({**(await _body(request))["data"], "query": dict(request.query_params)})
    if refused := await _failure("login"):
        return refused
    answer = await fakesnow.login_request(request)
    told = json.loads(answer.body)
    if told["success"]:
        told["data"] |= {"masterToken": told["data"]["token"], "validityInSeconds": 3600,
                         "masterValidityInSeconds": 14400, "sessionId": 1}  # fmt: skip
    return JSONResponse(told, status_code=answer.status_code)


async def statement(request: Request) -> Response:
    """Execute one statement."""
    asked = await _body(request)
    statements.append({"sql": asked["sqlText"], "parameters": asked.get("parameters") or {}})
    if refused := await _failure("statement"):
        return refused
    if ALTER_SESSION.match(asked["sqlText"]):  # which fakesnow does not know
        asked["sqlText"] = "SELECT 1"
    answer = await fakesnow.query_request(_with_body(request, asked))
    told = json.loads(answer.body)
    if told["success"] and told["data"].get("total") == 0:  # Snowflake describes an empty result, and sends no Arrow
        told["data"]["rowsetBase64"] = ""
    return JSONResponse(told, status_code=answer.status_code)


async def renew(request: Request) -> Response:
    """A new session token for an old one: the client asks for it after 390112."""
    statements.append({"sql": "(renewal)", "parameters": {}})
    if refused := await _failure("renewal"):
        return refused
    old = fakesnow.to_token(request)  # the master token is the first session token here
    fakesnow.sessions[f"{old}+"] = fakesnow.to_conn(old)
    data = {"sessionToken": f"{old}+", "validityInSecondsST": 3600, "masterToken": old, "validityInSecondsMT": 14400,
            "sessionId": 1}  # fmt: skip
    return JSONResponse({"success": True, "data": data})


async def fail(request: Request) -> Response:
    """Note a failure to answer with."""
    failures.append({"times": 1, "seconds": 0, **await request.json()})
    return JSONResponse(failures)


async def reset(_: Request) -> Response:
    """Forget what was asked and what was to fail."""
    for record in (logins, statements, failures):
        record.clear()
    return JSONResponse({})


async def _failure(on: str) -> Response | None:
    found = next((failure for failure in failures if failure["on"] == on), None)
    if found is None:
        return None
    found["times"] -= 1
    if not found["times"]:
        failures.remove(found)
    await asyncio.sleep(found["seconds"])
    if "code" not in found:
        return None
    if found["code"] == "http":
        return Response(status_code=503)
    data = {"errorCode": found["code"], "sqlState": found.get("state", ""), "nextAction": "RETRY_LOGIN"}
    return JSONResponse({"success": False, "code": found["code"], "message": found["message"], "data": data})


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    return dict(json.loads(gzip.decompress(raw) if request.headers.get("Content-Encoding") == "gzip" else raw))


def _with_body(request: Request, body: dict[str, Any]) -> Request:
    headers = [(k, v) for k, v in request.scope["headers"] if k not in (b"content-encoding", b"content-length")]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

    return Request({**request.scope, "headers": headers}, receive)


ours = [
    Route("/session/v1/login-request", login, methods=["POST"]),
    Route("/queries/v1/query-request", statement, methods=["POST"]),
    Route("/session/token-request", renew, methods=["POST"]),
    Route("/_double/logins", lambda _: JSONResponse(logins)),
    Route("/_double/statements", lambda _: JSONResponse(statements)),
    Route("/_double/fail", fail, methods=["POST"]),
    Route("/_double/reset", reset, methods=["POST"]),
]
app = Starlette(routes=[*ours, *fakesnow.routes])  # the first that matches answers


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_input, daemon=True).start()
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
