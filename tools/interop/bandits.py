"""Exported decisions, read by OBP and Vowpal Wabbit; plays, by RecBole's rules. Called by tools/interop/run."""

import json
import logging
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import numpy as np  # noqa: E402
import vowpalwabbit  # noqa: E402
from obp.dataset import OpenBanditDataset  # noqa: E402
from obp.ope import (  # noqa: E402
    DoublyRobust,
    InverseProbabilityWeighting,
    OffPolicyEvaluation,
    SelfNormalizedInverseProbabilityWeighting,
)

WORK = Path(sys.argv[1])
failed = []


def row(package, what, holds):
    name = f"{package} {version(package)}"
    print(f"| {name} | {what} | {'yes' if holds else '**no**'} |", flush=True)
    if not holds:
        failed.append(f"{name}: {what}")


def estimates():
    data = OpenBanditDataset(behavior_policy="bts", campaign="all", data_path=WORK / "obd")
    feedback = data.obtain_batch_bandit_feedback()
    arms = len(data.item_context)
    # It counts the arms that were taken; those that never were are arms, too.
    feedback["n_actions"] = arms
    expected = data.data[[f"expected_{k}" for k in range(arms)]].values[:, :, None]
    logged = data.data[[f"propensity_{k}" for k in range(arms)]].values
    asked = [
        InverseProbabilityWeighting(),
        SelfNormalizedInverseProbabilityWeighting(),
        DoublyRobust(),
    ]
    ope = OffPolicyEvaluation(bandit_feedback=feedback, ope_estimators=asked)
    policies = json.loads((WORK / "ope.json").read_text())["rows"]
    always = [p["policy"] for p in policies if p["policy"].startswith("always ")]
    apart, compared = 0.0, 0
    for policy in policies:
        name = policy["policy"]
        if name == "as logged":
            choice = logged
        elif name == "uniform":
            choice = np.full((len(logged), arms), 1 / arms)
        elif name in always:
            choice = np.eye(arms)[[always.index(name)] * len(logged)]
        else:
            continue
        theirs = ope.estimate_policy_values(
            action_dist=choice[:, :, None], estimated_rewards_by_reg_model=expected
        )
        ours = {e["estimator"]: e["value"] for e in policy["estimates"]}
        for mine, their in [("ips", "ipw"), ("snips", "snipw"), ("dr", "dr")]:
            if mine in ours:
                apart = max(apart, abs(ours[mine] - theirs[their]))
                compared += 1
    what = f"IPS, SNIPS and DR of {compared // 3} policies as `melody ope` has them, within 1e-12"
    row("sb-obp", what, compared >= 15 and apart < 1e-12)


def decisions():
    """The text format's decisions, one after the other."""
    return (WORK / "decisions.dat").read_text().strip().split("\n\n")


def learn(options, read):
    """Passes over the log, then the probabilities at its first decision."""
    learner = vowpalwabbit.Workspace(f"{options} --quiet")
    for _ in range(20):
        for one in read:
            example = learner.parse(one)
            learner.learn(example)
            learner.finish_example(example)
    example = learner.parse(read[0])
    found = learner.predict(example)
    learner.finish_example(example)
    loss = learner.get_sum_loss()
    learner.finish()
    return found, loss


def wabbit():
    objects = (WORK / "decisions.json").read_text().splitlines()
    texts = [one.split("\n") for one in decisions()]
    # Of so few decisions the confidence sets of all arms overlap unless they are drawn narrowly; on costs below 0 no mellowness does.
    for explorer in ["--epsilon 0.1", "--squarecb", "--regcb --mellowness 0.0001"]:
        options = f"--cb_explore_adf {explorer} -q la"
        by_text = learn(options, texts)
        by_json = learn(f"{options} --dsjson", objects)
        name = explorer.split()[0].strip("-")
        same = np.allclose(by_text[0], by_json[0], atol=1e-4)
        row("vowpalwabbit", f"{name}: text and dsjson teach the same", same)
        row("vowpalwabbit", f"{name}: it does not stay uniform", max(by_text[0]) > 1.5 / len(by_text[0]))


def atomic():
    """As RecBole reads its files: types in the head, parted by tabs."""
    import pandas

    for ending in ("inter", "item", "user"):
        frame = pandas.read_csv(WORK / "recbole" / f"recbole.{ending}", sep="\t", engine="python")
        types = {"token", "token_seq", "float", "float_seq"}
        holds = len(frame) > 0 and all(c.split(":")[1] in types for c in frame.columns)
        numbers = [c for c in frame.columns if c.endswith(":float")]
        holds = holds and all(frame[c].dtype.kind in "if" for c in numbers)
        row("pandas", f"recbole.{ending}: typed columns, numbers where they are said", holds)


def main():
    estimates()
    wabbit()
    atomic()
    if failed:
        sys.exit("not as it should be: " + "; ".join(failed))


if __name__ == "__main__":
    main()
