"""Pages made from small run folders, and what stands in them."""

import base64
import json
import re
import zlib

from recorded import record, run_folder


def question(sample, text="How much is 1 + 1?", *, benchmark="mini", target="A", **more):
    return {
        "benchmark": benchmark,
        "sample": sample,
        "messages": [{"role": "user", "content": text}],
        "target": target,
        **more,
    }


def answer(sample, text="The answer is A.", *, benchmark="mini", **more):
    return {"benchmark": benchmark, "sample": sample, "text": text, **more}


def small_run(path, samples=4, **more):
    """A run of a few questions, odd ones right, with answers and questions."""
    names = [str(k) for k in range(samples)]
    records = [record(s, float(int(s) % 2), extracted=["A"], group=f"g{int(s) % 3}") for s in names]
    questions = [question(s, f"Question number {s}, 第{s}問") for s in names]
    answers = [answer(s, finish_reason="stop", latency_s=0.5) for s in names]
    return run_folder(path, records, questions=questions, answers=answers, **more)


def unpacked(page, name):
    """A packed script of a page, as JSON."""
    text = re.search(f'id="{name}">([^<]*)</script>', page)[1]
    return json.loads(zlib.decompress(base64.b64decode(text)))
