#!/usr/bin/python3
"""Reads the topics of Hookline, and prints a line for each event.

    deploy/consumers/consumer.py --bootstrap localhost:9092 --group my-service

Needs confluent-kafka (Debian: python3-confluent-kafka). README.md beside it says what to watch.
"""

import argparse
import datetime
import signal
import sys

from confluent_kafka import Consumer, KafkaException

BATCH = 500  # records that are processed between two commits, at most


def instant(text):
    """An RFC 3339 time as something that compares: seconds, and the digits after the point."""
    text = text.upper().replace("Z", "+00:00")
    whole, offset = text[:19], text[-6:]
    fraction = text[19:-6].lstrip(".").rstrip("0")
    leap = whole.endswith(":60")  # the second after
    moment = datetime.datetime.fromisoformat((whole[:-2] + "59" if leap else whole) + offset)
    return int(moment.timestamp()) + leap, fraction


class Entities:
    """What this service keeps of orders and licences. A real one keeps it in its database, in the
    same transaction as whatever else an event makes it do; then a crash doubles nothing."""

    def __init__(self):
        self.seen = set()  # events by type and id; a database would drop those of last month
        self.newest = {}  # the version of the newest event of each entity

    def apply(self, kind, identity, subject, time, body):
        """What became of the event."""
        if (kind, identity) in self.seen:
            return "duplicate"
        self.seen.add((kind, identity))
        version = (instant(time), identity.lower())
        if version < self.newest.get(subject, ((float("-inf"), ""), "")):
            return "older"  # it arrived late: what is newer is there already
        self.newest[subject] = version
        return "applied"  # here the service does its work with the body


def text(headers, name):
    value = headers.get(name)
    return value.decode("utf-8", "replace") if value is not None else None


def take(record, entities):
    """Processes a record, and gives its line."""
    place = f"{record.topic()}[{record.partition()}]@{record.offset()}"
    headers = dict(record.headers() or [])
    kind, identity = text(headers, "ce_type"), text(headers, "ce_id")
    subject, time = text(headers, "ce_subject"), text(headers, "ce_time")
    if None in (kind, identity, subject, time) or record.value() is None:
        return f"foreign {place}"  # somebody else's: passed over, never a reason to stop
    outcome = entities.apply(kind, identity, subject, time, record.value())
    return f"{outcome} {place} {kind} {identity} {subject} {len(record.value())}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--bootstrap", default="localhost:9092", metavar="HOST:PORT,...")
    parser.add_argument("--group", default="hookline-example-python")
    parser.add_argument(
        "--topics", default=r"^telness\.(order|license)\..+", metavar="REGEX",
        help="a pattern, so that topics of types to come are read too")
    options = parser.parse_args()

    stopping = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.append(True))

    consumer = Consumer({
        "bootstrap.servers": options.bootstrap,
        "group.id": options.group,
        "auto.offset.reset": "earliest",  # a new group begins with the oldest event
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
    })
    consumer.subscribe([options.topics])
    entities = Entities()
    try:
        while not stopping:
            records = consumer.consume(BATCH, timeout=0.5)
            for record in records:
                if record.error():
                    print(record.error(), file=sys.stderr)
                else:
                    print(take(record, entities), flush=True)
            if any(not record.error() for record in records):
                commit(consumer)
    finally:
        consumer.close()  # the others of the group need not wait for a timeout
    print("ended", flush=True)


def commit(consumer):
    """Only after the records are processed: a crash in between brings them again, never loses one."""
    try:
        consumer.commit(asynchronous=False)
    except KafkaException as error:
        # Another member has the partition by now, and reads the records again.
        print(error, file=sys.stderr)


if __name__ == "__main__":
    main()
