"""Asks web.py for pages: client.py PORT SECONDS MOST. Ends after that time or that many requests."""
import http.client
import sys
import time

port, seconds, most = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
paths = ["/list", "/order/17", "/order/170", "/all", "/order/3", "/list"]
end = time.monotonic() + seconds
for number in range(most):
    if time.monotonic() > end:
        break
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", paths[number % len(paths)])
    connection.getresponse().read()
    connection.close()
    time.sleep(0.002)
