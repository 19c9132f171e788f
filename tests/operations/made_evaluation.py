"""An evaluation as a trained version keeps it, of drawn labels and scores: what the report's charts are tested with."""

from typing import Any

import numpy as np

NAMES = {"baseline": 1.35, "gradient_boosting": 1.3, "forest": 1.32, "rule": 1.2}


def evaluation(version: str, task: str = "goes_quiet", people: int = 1500, resamples: int = 40) -> dict[str, Any]:
    """Three candidates and a rule, of which the baseline is a little better."""
    draw = np.random.default_rng(7)
    labels = (draw.random(people) < 0.13).astype(float)
    common = draw.normal(size=people)
    scores = {name: labels * lift + common + draw.normal(scale=0.25, size=people) for name, lift in NAMES.items()}
    chances = {name: 1 / (1 + np.exp(-(score - 2.6))) for name, score in scores.items()}
    picks = [draw.integers(0, people, people) for _ in range(resamples)]
    aucs = {name: [_auc(labels[p], s[p]) for p in picks] for name, s in scores.items()}
    names = {}
    for name, score in scores.items():
        metrics = {"roc_auc": _estimate(_auc(labels, score), aucs[name])}
        if name != "rule":
            losses = [_log_loss(labels[p], chances[name][p]) for p in picks]
            metrics["log_loss"] = _estimate(_log_loss(labels, chances[name]), losses)
        others = [other for other in ("rule", "baseline") if other != name]
        against = {
            other: {"roc_auc": _estimate(_auc(labels, score) - _auc(labels, scores[other]), np.subtract(aucs[name], aucs[other]))}
            for other in others
        }
        curves: dict[str, Any] = {"roc": _roc(labels, score, picks), "lift": _lift(labels, score, picks)}
        curves["precision_recall"] = _precision(labels, score, picks)
        if name != "rule":
            curves["reliability"] = _reliability(labels, chances[name])
        names[name] = {"metrics": metrics, "against": against, "curves": curves}
    folds = [
        {
            "number": n,
            "moment": f"2017-{9 + n}-01",
            "rows": people // 3,
            "positives": int(labels.sum()) // 3,
            "trained_on": ["2017-04-01", f"2017-0{5 + n}-01"],
        }
        for n in (1, 2, 3)
    ]
    features = [
        {"name": name, "importance": weight, "direction": way}
        for name, weight, way in (
            ("days_since_purchase_ever", 0.31, "raises"),
            ("baskets_90d", 0.27, "lowers"),
            ("basket_gap_90d", 0.14, "raises"),
            ("stores_90d", 0.05, None),
        )
    ]
    return {
        "task": task, "kind": "classification", "question": "Will it buy nothing for 30 days?", "version": version,
        "champion": "baseline", "rule": "-feature.baskets_90d", "choose_by": "roc_auc", "confidence": 0.95,
        "folds": folds, "names": names, "features": features,
    }  # fmt: skip


def _auc(labels: Any, scores: Any) -> float:
    order = scores.argsort().argsort() + 1.0
    ones = labels.sum()
    return float((order[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(labels) - ones)))


def _log_loss(labels: Any, chances: Any) -> float:
    return float(-np.mean(labels * np.log(chances) + (1 - labels) * np.log1p(-chances)))


def _estimate(value: float, drawn: Any) -> dict[str, Any]:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"value": float(value), "low": float(low), "high": float(high), "folds": [float(value)]}


def _banded(at: Any, of: Any, whole: Any, picks: Any) -> list[list[float]]:
    low, high = np.quantile([of(pick) for pick in picks], [0.025, 0.975], axis=0)
    return [[float(x), float(y), float(a), float(b)] for x, y, a, b in zip(at, whole, low, high, strict=True)]


def _roc(labels: Any, scores: Any, picks: Any) -> list[list[float]]:
    grid = np.linspace(0, 1, 51)

    def curve(pick: Any) -> Any:
        ordered = labels[pick][np.argsort(-scores[pick], kind="stable")]
        return np.interp(grid, np.cumsum(1 - ordered) / (1 - ordered).sum(), np.cumsum(ordered) / ordered.sum())

    return _banded(grid, curve, curve(np.arange(len(labels))), picks)


def _precision(labels: Any, scores: Any, picks: Any) -> list[list[float]]:
    grid = np.linspace(0.05, 1, 20)

    def curve(pick: Any) -> Any:
        ordered = labels[pick][np.argsort(-scores[pick], kind="stable")]
        found = np.cumsum(ordered)
        return np.interp(grid, found / ordered.sum(), found / np.arange(1, len(ordered) + 1))

    return _banded(grid, curve, curve(np.arange(len(labels))), picks)


def _lift(labels: Any, scores: Any, picks: Any) -> list[list[float]]:
    grid = np.linspace(0.05, 1, 20)

    def curve(pick: Any) -> Any:
        ordered = labels[pick][np.argsort(-scores[pick], kind="stable")]
        return np.array([ordered[: max(1, int(share * len(ordered)))].mean() for share in grid]) / ordered.mean()

    return _banded(grid, curve, curve(np.arange(len(labels))), picks)


def _reliability(labels: Any, chances: Any) -> list[list[float]]:
    parts = np.array_split(np.argsort(chances, kind="stable"), 8)
    found = []
    for part in parts:
        mean, share = float(chances[part].mean()), float(labels[part].mean())
        spread = 1.96 * float(np.sqrt(max(share * (1 - share), 0.001) / len(part)))
        found.append([mean, share, len(part), max(0.0, share - spread), min(1.0, share + spread)])
    return found
