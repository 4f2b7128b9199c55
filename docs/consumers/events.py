"""Every fact in the log, each once: `python events.py BOOTSTRAP [TOPIC]`."""

import json
import sys

from kafka import KafkaConsumer

topic = sys.argv[2] if len(sys.argv) > 2 else "shipment-events"
settings = {"isolation_level": "read_committed", "auto_offset_reset": "earliest", "enable_auto_commit": False}
consumer = KafkaConsumer(topic, bootstrap_servers=sys.argv[1], group_id="example-events", **settings)
seen: set[str] = set()  # keep it where you keep what you made of the facts, in one transaction

for record in consumer:
    ce_id = dict(record.headers)["ce_id"].decode()
    if ce_id not in seen:
        seen.add(ce_id)
        event = json.loads(record.value)
        print(event["type"], event["shipment"], event["recorded_at"], flush=True)
    consumer.commit()
