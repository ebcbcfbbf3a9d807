"""Writes an event file with TensorBoard's own messages and record writer, for tensorboard-events.test.ts.

    python3 -m venv venv && venv/bin/pip install tensorboard
    venv/bin/python make_tensorboard_events.py --out events.tfevents

With --read FOLDER it prints what TensorBoard reads in the event files of a folder, as JSON.
"""

import argparse
import json

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.summary.writer.record_writer import RecordWriter

# A PNG of one red pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)


def write(path):
    halting = HistogramProto(
        min=0.5, max=4.5, num=8, sum=15, sum_squares=41, bucket_limit=[0.5, 1.5, 2.5, 3.5, 4.5], bucket=[0, 5, 1, 0, 2]
    )
    image = Summary.Image(height=1, width=1, colorspace=3, encoded_image_string=PNG)
    events = [
        Event(wall_time=1700000000.25, file_version="brain.Event:2"),
        Event(wall_time=1700000000.5, step=301, session_log=SessionLog(status=SessionLog.START)),
        Event(
            wall_time=1700000001,
            step=301,
            summary=Summary(
                value=[
                    Summary.Value(tag="train/loss", simple_value=0.1),
                    Summary.Value(tag="train/exact accuracy", simple_value=0),
                ]
            ),
        ),
        Event(
            wall_time=1700000002,
            step=3_000_000_000,
            summary=Summary(
                value=[
                    Summary.Value(tag="held out/segments", histo=halting),
                    Summary.Value(tag="r\u00e4tsel/1", image=image),
                ]
            ),
        ),
        Event(wall_time=1700000003, summary=Summary(value=[Summary.Value(tag="nan", simple_value=float("nan"))])),
    ]
    with open(path, "wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString(deterministic=True))
        writer.flush()


def read(folder):
    accumulator = EventAccumulator(folder, size_guidance={"scalars": 0, "histograms": 0, "images": 0}).Reload()
    tags = accumulator.Tags()
    scalars = {tag: [[e.step, e.value] for e in accumulator.Scalars(tag)] for tag in tags["scalars"]}
    histograms = {
        tag: [[e.step, list(e.histogram_value.bucket_limit), list(e.histogram_value.bucket)] for e in accumulator.Histograms(tag)]
        for tag in tags["histograms"]
    }
    images = {
        tag: [[e.step, e.width, e.height, len(e.encoded_image_string)] for e in accumulator.Images(tag)]
        for tag in tags["images"]
    }
    return {"scalars": scalars, "histograms": histograms, "images": images}


parser = argparse.ArgumentParser()
parser.add_argument("--out")
parser.add_argument("--read")
options = parser.parse_args()
if options.out:
    write(options.out)
if options.read:
    print(json.dumps(read(options.read)))
