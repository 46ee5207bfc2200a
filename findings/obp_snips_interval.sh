#!/usr/bin/env bash
# sb-obp 0.5.10 (the maintained Open Bandit Pipeline); run on 2026-12-01 with Python 3.11 on Linux.
#
# Self-normalized estimators divide by the mean of the weights, so that where every song that was shown was liked they say 1, whatever
# was drawn: there is nothing to be unsure of. OBP says 1 as well, and of the interval round it: 0.95 to 1.05, up to a rate of likes
# that cannot be. Its bootstrap draws decisions again but divides by the mean weight of all of them each time: what self-normalizing
# takes out of the estimate stays in its interval. Where nine in ten like what they hear it is more than twice as wide as that of the
# whole estimate, made anew from each draw; where one in a hundred does, as in the data set that the library is made for, the two are
# the same. So SNIPS looks no surer than IPS. The documentation calls it a nonparametric bootstrap and says nothing of this;
# st-tech/zr-obp, issue 187, open since 2022, asks about the cause. SNDR's interval is made in the same way.
#
# Melody's values are OBP's (tools/interop/bandits.py compares these), its intervals are not: it linearizes the whole ratio.
#
# Installs the pinned package in a temporary folder; fails if the behaviour changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check sb-obp==0.5.10 numpy==1.26.4
cat >"$work/probe.py" <<'PY'
import numpy
from obp.ope import InverseProbabilityWeighting, SelfNormalizedInverseProbabilityWeighting

DECISIONS, DRAWS = 1000, 2000
ips, snips = InverseProbabilityWeighting(), SelfNormalizedInverseProbabilityWeighting()
random = numpy.random.default_rng(1)
action = random.integers(0, 2, DECISIONS)
# Logged at one half each; what is judged takes the first nine times in ten.
policy = numpy.tile([[[0.9], [0.1]]], (DECISIONS, 1, 1))


def log(reward, of=slice(None)):
    of = numpy.arange(DECISIONS)[of]
    return {"reward": reward[of], "action": action[of], "pscore": numpy.full(of.size, 0.5), "action_dist": policy[of]}


def library(estimator, reward):
    return list(estimator.estimate_interval(**log(reward), n_bootstrap_samples=DRAWS, random_state=1).values())[1:]


def whole(estimator, reward):
    draws = [random.integers(0, DECISIONS, DECISIONS) for _ in range(DRAWS)]
    return numpy.quantile([estimator.estimate_policy_value(**log(reward, of)) for of in draws], [0.025, 0.975])


for rate in (0.01, 0.5, 0.9, 1.0):
    reward = (numpy.arange(DECISIONS) % 100 < 100 * rate).astype(float)
    theirs, anew, plain = library(snips, reward), whole(snips, reward), library(ips, reward)
    print(f"liked by {rate:.0%}: SNIPS {snips.estimate_policy_value(**log(reward)):.2f}, OBP's interval {theirs[0]:.2f} to {theirs[1]:.2f}, "
          f"made anew {anew[0]:.2f} to {anew[1]:.2f}; IPS's {plain[0]:.2f} to {plain[1]:.2f}")
PY
found=$("$work/venv/bin/python" -W ignore "$work/probe.py")
printf '%s\n' "$found"
diff <(printf '%s\n' "$found") - <<'SEEN'
liked by 1%: SNIPS 0.01, OBP's interval 0.00 to 0.02, made anew 0.00 to 0.02; IPS's 0.00 to 0.02
liked by 50%: SNIPS 0.50, OBP's interval 0.45 to 0.54, made anew 0.46 to 0.54; IPS's 0.46 to 0.55
liked by 90%: SNIPS 0.91, OBP's interval 0.86 to 0.96, made anew 0.89 to 0.93; IPS's 0.87 to 0.97
liked by 100%: SNIPS 1.00, OBP's interval 0.95 to 1.05, made anew 1.00 to 1.00; IPS's 0.97 to 1.07
SEEN
echo "as seen: what is divided out of the estimate is still in its interval"
