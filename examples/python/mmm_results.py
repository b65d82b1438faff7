"""Reads what mmm-optimizer writes, for pandas. One file to copy; needs nothing but Python 3.9.

    from mmm_results import read_results, read_history, read_tables
    results = read_results("results/optimization_results.json")
    returns(results)                  # one dict a channel: roi_low, roi_median, roi_high, spend, ...
    tables = read_tables("results/tables")        # what `mmm export` wrote, one list of dicts each
    events = read_history("results/optimization_history.ndjson")

With pandas: pandas.DataFrame(returns(results)), pandas.DataFrame(tables["contributions"]).

`read_history` checks that sequence numbers have no gap and that each event names the hash before it;
`mmm audit verify` checks the hashes themselves.
"""

import csv
import json
from pathlib import Path

FIGURES = ("roi", "mroi", "contribution", "half_life_weeks")


def read_results(path):
    """The results document as a dict."""
    results = json.loads(Path(path).read_text(encoding="utf-8"))
    if "session" not in results or "methodology" not in results:
        raise ValueError(f"{path}: not an optimization_results.json")
    return results


def returns(results):
    """Published returns with 90 % intervals, one dict a channel."""
    channels = (results.get("posterior") or {}).get("channels", {})
    rows = []
    for name, channel in channels.items():
        row = {"channel": name, "spend": channel.get("spend")}
        for figure in FIGURES:
            for end in ("low", "median", "high"):
                row[f"{figure}_{end}"] = (channel.get(figure) or {}).get(end)
        rows.append(row)
    return rows


def read_tables(folder):
    """Tables of `mmm export` by name; numbers are floats, empty cells None."""
    return {
        path.stem: [
            {name: _number(cell) for name, cell in row.items()}
            for row in csv.DictReader(path.open(newline="", encoding="utf-8"))
        ]
        for path in sorted(Path(folder).glob("*.csv"))
    }


def read_history(path):
    """Events of one session in order, each with seq, type, time, producer and data."""
    events = []
    before = None
    with open(path, encoding="utf-8") as lines:
        for text in lines:
            if not text.strip():
                continue
            line = json.loads(text)
            if "manifest" in line:
                continue  # The last line: what the export holds.
            if line["seq"] != len(events) + 1:
                raise ValueError(f"{path}: event {len(events) + 1} has the number {line['seq']}")
            if before is not None and line["prev"] != before:
                raise ValueError(f"{path}: event {line['seq']} does not follow the one before it")
            before = line["hash"]
            events.append(line)
    return events


def _number(cell):
    if cell == "" or cell is None:
        return None
    try:
        return float(cell)
    except ValueError:
        return cell
