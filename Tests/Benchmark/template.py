"""Makes the bodies that the benchmark posts, of the documented order.updated.

    template.py FIXTURE TEMPLATE BODIES

TEMPLATE gets one body of about 2.5 kB with the byte 1 where eventId, occurredAt and orderId go;
BODIES gets a thousand complete ones, a line each, of as many orders.
"""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    event = json.load(file)
# Without these it is as long as most are.
event["data"]["createdEntities"]["modifications"] = []

event["eventId"], event["occurredAt"], event["data"]["orderId"] = "\1", "\1", "\1"
text = json.dumps(event, separators=(",", ":")).replace("\\u0001", "\1")
assert text.count("\1") == 3
with open(sys.argv[2], "w", encoding="utf-8") as file:
    file.write(text)

first, second, third, last = text.split("\1")
with open(sys.argv[3], "w", encoding="utf-8") as file:
    for number in range(1000):
        event_id = f"00000000-0000-4000-9000-{number:012x}"
        time = f"2026-01-01T00:00:00.{number:09d}Z"
        file.write(f"{first}{event_id}{second}{time}{third}order-99-{number:08d}{last}\n")
