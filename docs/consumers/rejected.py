"""What was refused and why; the value is the untouched bytes: `python rejected.py BOOTSTRAP [TOPIC]`."""

import sys

from kafka import KafkaConsumer

topic = sys.argv[2] if len(sys.argv) > 2 else "shipment-events.rejected"
settings = {"isolation_level": "read_committed", "auto_offset_reset": "earliest", "enable_auto_commit": False}
consumer = KafkaConsumer(topic, bootstrap_servers=sys.argv[1], group_id="example-rejected", **settings)
seen: set[tuple[str, ...]] = set()

for record in consumer:
    told = {name: value.decode() for name, value in record.headers}
    place = (told["x-original-topic"], told["x-original-partition"], told["x-original-offset"])
    if place not in seen or not told["x-original-offset"]:  # without a place of its own each one is told
        seen.add(place)
        print(told["x-error-class"], *place, len(record.value or b""), flush=True)
    consumer.commit()
