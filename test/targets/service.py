"""Work for servers of several kinds, which says who did it and how much CPU time that took.

WSGI `application`, ASGI `asgi`: each answer is {"pid": …, "slow": …, "cpu_s": …}. Celery `app`, in the folder named by
SERVICE_FOLDER: service.py send COUNT orders so many jobs, each of which adds such a line to results there.
"""
import json
import os
import sys
import time


def burn(seconds):
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        for _ in range(200):
            pass
    return time.thread_time() - began


def quick():
    return burn(0.002)


def slow():
    return burn(0.006)


def work(is_slow):
    used = slow() if is_slow else quick()
    return json.dumps({"pid": os.getpid(), "slow": is_slow, "cpu_s": used}).encode()


def application(environ, start_response):
    body = work(environ["PATH_INFO"] == "/slow")
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


async def asgi(scope, receive, send):
    if scope["type"] != "http":
        return
    body = work(scope["path"] == "/slow")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})


folder = os.environ.get("SERVICE_FOLDER")
if folder is not None:
    from celery import Celery

    queue = os.path.join(folder, "queue")
    os.makedirs(queue, exist_ok=True)
    app = Celery("service", broker="filesystem://")
    app.conf.broker_transport_options = {
        "data_folder_in": queue,
        "data_folder_out": queue,
        "store_processed": False,
    }

    @app.task(name="job", ignore_result=True)
    def job(is_slow):
        line = work(is_slow) + b"\n"
        with open(os.path.join(folder, "results"), "ab", buffering=0) as results:
            results.write(line)

    if __name__ == "__main__" and sys.argv[1] == "send":
        for number in range(int(sys.argv[2])):
            app.send_task("job", args=(number % 2 == 0,))
