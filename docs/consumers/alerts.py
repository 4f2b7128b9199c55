"""Alerts, each once: `python alerts.py BOOTSTRAP [TOPIC]`."""

import json
import sys

from kafka import KafkaConsumer

topic = sys.argv[2] if len(sys.argv) > 2 else "shipment-alerts"
settings = {"isolation_level": "read_committed", "auto_offset_reset": "earliest", "enable_auto_commit": False}
consumer = KafkaConsumer(topic, bootstrap_servers=sys.argv[1], group_id="example-alerts", **settings)
seen: set[str] = set()  # keep it where you note what you sent, in one transaction

for record in consumer:
    ce_id = dict(record.headers)["ce_id"].decode()
    if ce_id not in seen:
        seen.add(ce_id)
        alert = json.loads(record.value)
        print(alert["kind"], alert["shipment"], alert["late_by"] or "in time", flush=True)
    consumer.commit()
