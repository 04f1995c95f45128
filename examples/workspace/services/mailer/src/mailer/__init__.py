import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from apscheduler.schedulers.background import BackgroundScheduler
from letters import confirmation

sent = []


def send():
    sent.append(confirmation(f"customer {len(sent) + 1}", "parcel"))


class Status(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{len(sent)} letters sent\n".encode())


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(send, "interval", seconds=1)
    scheduler.start()
    HTTPServer(("", 9000), Status).serve_forever()
