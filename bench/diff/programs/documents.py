"""Makes documents and takes them apart: HTML, JSON, e-mail, wrapped text, templates. documents.py SECONDS"""
import email
import email.policy
import html.parser
import json
import random
import string
import sys
import textwrap
import time
from email.message import EmailMessage

words = [a + b + c for a in ("al", "be", "ca", "do") for b in ("ra", "ti", "mo") for c in ("", "n", "st")]
template = string.Template("<li class='$kind'><a href='/$link'>$text</a> &amp; more</li>")


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []
        self.text = []

    def handle_starttag(self, tag, attrs):
        self.links.extend(value for name, value in attrs if name == "href")

    def handle_data(self, data):
        self.text.append(data)


def sentence(length):
    return " ".join(random.choice(words) for _ in range(length))


def page():
    items = [template.substitute(kind=random.choice(words), link=sentence(1), text=sentence(6)) for _ in range(80)]
    parser = Links()
    parser.feed("<ul>" + "".join(items) + "</ul>")
    return parser.links


def letter():
    message = EmailMessage()
    message["Subject"] = sentence(12)
    message["From"] = "Someone <someone@example.org>"
    message["To"] = ", ".join("%s@example.org" % random.choice(words) for _ in range(5))
    message.set_content("\n".join(textwrap.wrap(sentence(200), 60)))
    return email.message_from_bytes(message.as_bytes(), policy=email.policy.default)["to"]


def records():
    data = [{"id": at, "tags": sentence(4).split(), "text": sentence(20)} for at in range(60)]
    # The encoder that is written in Python, since indent is given.
    return json.loads(json.dumps(data, indent=1, sort_keys=True))


def main(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(random.randrange(1, 12)):
            page()
        for _ in range(random.randrange(1, 12)):
            letter()
        for _ in range(random.randrange(1, 12)):
            records()


main(float(sys.argv[1]))
