"""Melody's network in PyTorch, trained on the same batches from the same weights.

    python3 benches/peers/train.py FOLDER THREADS VARIANT

Started by `cargo bench --bench train`, which writes FOLDER. Its first line holds the losses of the first
batch, before any step; then it answers each line of its input, a number of steps, with the seconds they
took. VARIANT: foreach or fused, kinds of AdamW, or compile: fused, the model through torch.compile.
"""

import json
import os
import sys
import time
from pathlib import Path

folder, threads, variant = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(threads)

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

import model
from model import MASKED, MOST_REPLAYS_LOGIT, REPLAYS

torch.set_num_threads(threads)
case = json.loads((folder / "case.json").read_text())
PLAY_RATIO = case["outputs"].index("play_ratio")


def project(attention, x):
    """[batch, tokens, d] to queries, keys and values, [batch, heads, tokens, d_head] each."""
    batch, tokens, _ = x.shape
    return attention.qkv(x).view(batch, tokens, 3, attention.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)


def merge(attention, x):
    return attention.output(x.transpose(1, 2).flatten(2))


def remember(block, x, bias, last):
    """The block's output for history tokens, which the last block has no use for, and their keys and values."""
    q, k, v = project(block.attention, block.norm_attention(x))
    if last:
        return None, (k, v)
    attended = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    return block.feed_forward(x + merge(block.attention, attended)), (k, v)


def attend(block, x, memory, bias, own_bias):
    """Each candidate attends to the history before it and to itself."""
    q, k, v = project(block.attention, block.norm_attention(x))
    keys, values = memory
    q = q * q.shape[-1] ** -0.5
    own = (q * k).sum(-1, keepdim=True) + own_bias
    weights = torch.softmax(torch.cat([q @ keys.transpose(2, 3) + bias, own], -1), -1)
    attended = weights[..., :-1] @ values + weights[..., -1:] * v
    return block.feed_forward(x + merge(block.attention, attended))


def encode(encoder, tokens, candidates):
    """`src/model/attention.rs`: candidate i sees the profile and the i plays before it."""
    at = torch.arange(tokens.shape[1])
    query, key = at[:, None], at[None, :]
    hidden = key > query
    of_history = torch.where(key == 0, torch.where(query == 0, 1, 0), query - key + 1).clamp(min=0)
    of_candidates = torch.where(key == 0, 0, query + 2 - key).clamp(min=0)
    memory = []
    for block, recency in zip(encoder.blocks, encoder.recency):
        bias = recency[:, of_history].masked_fill(hidden, MASKED)[None]
        tokens, kept = remember(block, tokens, bias, len(memory) + 1 == len(encoder.blocks))
        memory.append(kept)
    x = candidates
    for block, kept, recency in zip(encoder.blocks, memory, encoder.recency):
        bias = recency[:, of_candidates].masked_fill(hidden, MASKED)[None]
        x = attend(block, x, kept, bias, recency[None, :, 1, None, None])
    return encoder.norm(x)


def summarise(session, history, mask):
    """Session vectors [batch, plays, d_session] of the moments before each play."""
    batch, plays, _ = mask.shape
    keys, values = session.keys_values(history).chunk(2, 2)
    at = torch.arange(plays)
    ago = (at[:, None] - at[None, :] - 1).clamp(0, session.recency.shape[1] - 1)
    answers = (keys @ session.query / keys.shape[2] ** 0.5).transpose(1, 2)
    scores = answers + session.recency[0, ago] + mask
    weights = torch.softmax(torch.cat([scores, session.null_score.expand(batch, plays, 1)], 2), 2)
    pooled = weights[..., :-1] @ values + weights[..., -1:] * session.null_value
    return F.gelu(session.output(pooled))


class Network(model.Network):
    def forward(self, batch):
        """Logits of every play of every window, `[batch * plays, 8]`."""
        size, plays, _ = batch["outcome"].shape
        parts = [
            F.embedding(batch["genre"], self.songs.genre),
            F.embedding(batch["family"], self.songs.family),
            F.embedding(batch["artist"], self.songs.artist) * batch["keep"][:, :1],
            F.embedding(batch["song"], self.songs.song) * batch["keep"][:, 1:],
            batch["dense"],
        ]
        songs = self.songs.projection(torch.cat(parts, 1)) + F.embedding(batch["scenes"], self.scene)
        songs = songs.view(size, plays, -1)
        history = songs + self.outcome(batch["outcome"])
        tokens = torch.cat([self.profile_token(batch["profile"])[:, None], history[:, :-1]], 1)
        own = encode(self.encoder, tokens, songs + self.candidate(batch["candidate"])).flatten(0, 1)
        session = summarise(self.session, history, batch["session_mask"]).flatten(0, 1)
        profile = batch["profile"][:, None].expand(-1, plays, -1)
        known = torch.cat([profile, batch["candidate"][..., -case["moment_features"] :]], 2).flatten(0, 1)
        known = F.relu(self.profile(known))
        gate = torch.sigmoid(self.session.gate(torch.cat([session, known], 1)))
        scene = F.embedding(batch["scenes"], self.scene_context)
        return self.head(own, torch.cat([known, session * gate, scene], 1))[0]


def losses(logits, labels, shares):
    """Losses of the tasks: `src/objective/loss.rs`."""
    entropy = (F.binary_cross_entropy_with_logits(logits, labels, reduction="none") * shares).sum(0)
    ratio = torch.sigmoid(logits[:, PLAY_RATIO])
    squared = ((ratio - labels[:, PLAY_RATIO]).square() * shares[:, PLAY_RATIO]).sum()
    replays = logits[:, REPLAYS]
    poisson = replays.clamp(max=MOST_REPLAYS_LOGIT).exp() - replays * labels[:, REPLAYS]
    of = dict(zip(case["outputs"], entropy.unbind(0)))
    of["play_ratio"], of["replays"] = squared, (poisson * shares[:, REPLAYS]).sum()
    interest = sum(weight * of[name] for name, weight in case["interest"].items())
    return torch.stack([interest, of["subscription"], of["exposure"]])


def batches():
    found = [{} for _ in range(case["batches"])]
    for name, tensor in load_file(folder / "batches.safetensors").items():
        number, name = name.split(".")
        found[int(number)][name] = tensor.long() if tensor.dtype == torch.int32 else tensor
    return found


def main():
    data = batches()
    network = Network(case["network"], load_file(folder / "weights.safetensors")).train()
    network.head.listener.requires_grad_(False)
    learned = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        learned,
        lr=case["learning_rate"],
        weight_decay=case["weight_decay"],
        foreach=variant == "foreach",
        fused=variant != "foreach",
    )
    weights = torch.tensor([case["weights"][task] for task in ("interest", "subscription", "exposure")])
    forward = torch.compile(network) if variant == "compile" else network

    def step(batch):
        optimizer.zero_grad(set_to_none=True)
        (losses(forward(batch), batch["labels"], batch["shares"]) @ weights).backward()
        # Each parameter's gradient is clipped by its own norm.
        gradients = [p.grad for p in learned]
        clip = case["gradient_clip"]
        scales = [(clip / (norm + 1e-12)).clamp(max=1.0) for norm in torch._foreach_norm(gradients)]
        torch._foreach_mul_(gradients, scales)
        optimizer.step()

    with torch.no_grad():
        first = losses(network(data[0]), data[0]["labels"], data[0]["shares"])
    print(json.dumps({"losses": first.tolist(), "torch": torch.__version__}), flush=True)
    done = 0
    for line in sys.stdin:
        began = time.perf_counter()
        for _ in range(int(line)):
            step(data[done % len(data)])
            done += 1
        print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)


main()
