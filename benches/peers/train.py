"""Melody's network in PyTorch, trained on the same batches from the same weights.

    python3 benches/peers/train.py FOLDER THREADS VARIANT

Started by `cargo bench --bench train`, which writes FOLDER. Answers each line of its input, a number of
steps, with the seconds they took; its first line holds the losses of the first batch, before any step.
VARIANT: foreach, fused (AdamW of that kind), or compile (fused, and the model through torch.compile).
"""

import json
import os
import sys
import time

folder, threads, variant = sys.argv[1], int(sys.argv[2]), sys.argv[3]
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(threads)

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

torch.set_num_threads(threads)
case = json.load(open(f"{folder}/case.json"))
sizes, parts, weigh = case["network"], case["interest"], case["weights"]


def linear(d_in, d_out):
    return nn.Linear(d_in, d_out)


def table(*shape):
    return nn.Parameter(torch.zeros(*shape))


class Songs(nn.Module):
    """Rows of the song table as vectors."""

    def __init__(self, genres, families, dense):
        super().__init__()
        d_id = sizes["d_id"]
        self.genre = table(genres, sizes["d_genre"])
        self.family = table(families, sizes["d_family"])
        self.artist = table(sizes["artist_buckets"], d_id)
        self.song = table(sizes["song_buckets"], d_id)
        self.projection = linear(sizes["d_genre"] + sizes["d_family"] + 2 * d_id + dense, sizes["d_model"])

    def forward(self, rows, keep):
        parts = [
            F.embedding(rows["genre"], self.genre),
            F.embedding(rows["family"], self.family),
            F.embedding(rows["artist"], self.artist) * keep[:, :1],
            F.embedding(rows["song"], self.song) * keep[:, 1:],
            rows["dense"],
        ]
        return self.projection(torch.cat(parts, 1))


class Attention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.qkv, self.output, self.heads = linear(d, 3 * d), linear(d, d), heads

    def project(self, x):
        """Queries, keys and values, [batch, heads, tokens, d_head] each."""
        b, t, d = x.shape
        return self.qkv(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)

    def merge(self, x):
        b, h, t, d = x.shape
        return self.output(x.transpose(1, 2).reshape(b, t, h * d))


class Block(nn.Module):
    def __init__(self, d, heads, inner):
        super().__init__()
        self.norm_attention, self.attention = nn.LayerNorm(d), Attention(d, heads)
        self.norm_feed_forward, self.inner, self.outer = nn.LayerNorm(d), linear(d, inner), linear(inner, d)
        self.scale = (d // heads) ** -0.5

    def feed_forward(self, x):
        return x + self.outer(F.gelu(self.inner(self.norm_feed_forward(x))))

    def forward(self, x, bias, last):
        """The history's next layer, and the keys and values that candidates attend to."""
        q, k, v = self.attention.project(self.norm_attention(x))
        if last:
            return None, (k, v)
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        return self.feed_forward(x + self.attention.merge(out)), (k, v)

    def attend(self, x, memory, bias, own):
        """Candidates attending to the history and each to itself."""
        q, k, v = self.attention.project(self.norm_attention(x))
        keys, values = memory
        to_history = q @ keys.transpose(2, 3) * self.scale + bias
        to_self = (q * k).sum(3, keepdim=True) * self.scale + own
        weights = torch.cat([to_history, to_self], 3).softmax(3)
        out = weights[..., :-1] @ values + weights[..., -1:] * v
        return self.feed_forward(x + self.attention.merge(out))


class Encoder(nn.Module):
    def __init__(self, history):
        super().__init__()
        d, layers, heads = sizes["d_model"], sizes["layers"], sizes["heads"]
        self.blocks = nn.ModuleList(Block(d, heads, sizes["feed_forward"]) for _ in range(layers))
        self.norm = nn.LayerNorm(d)
        self.recency = nn.ParameterList(table(heads, history + 2) for _ in range(layers))

    def forward(self, tokens, candidates, plays):
        at = torch.arange(plays)
        query, key = at[:, None], at[None, :]
        # Column 0 is the profile, 1 the token itself, 2 the event before it.
        of_history = torch.where(key == 0, 0, query - key + 1).clamp_min(0)
        of_history[0, 0] = 1
        of_candidates = torch.where(key == 0, 0, query + 2 - key).clamp_min(0)
        hidden = key > query
        x = tokens
        memory = []
        for i, (block, recency) in enumerate(zip(self.blocks, self.recency)):
            bias = recency[:, of_history].masked_fill(hidden, -1e9)[None]
            x, kept = block(x, bias, i + 1 == len(self.blocks))
            memory.append(kept)
        x = candidates
        for block, recency, kept in zip(self.blocks, self.recency, memory):
            bias = recency[:, of_candidates].masked_fill(hidden, -1e9)[None]
            x = block.attend(x, kept, bias, recency[None, :, 1, None, None])
        return self.norm(x)


class Session(nn.Module):
    def __init__(self):
        super().__init__()
        d, self.window = sizes["d_session"], sizes["session_window"]
        self.keys_values = linear(sizes["d_model"], 2 * d)
        self.query, self.recency = table(d, 1), table(1, self.window)
        self.null_score, self.null_value = table(1), table(d)
        self.output, self.gate = linear(d, d), linear(d + sizes["d_profile"], 1)

    def forward(self, history, mask):
        b, t, _ = mask.shape
        keys, values = self.keys_values(history).chunk(2, 2)
        at = torch.arange(t)
        ago = (at[:, None] - at[None, :] - 1).clamp(0, self.window - 1)
        answers = (keys @ self.query / keys.shape[2] ** 0.5).transpose(1, 2)
        scores = answers + self.recency[0, ago] + mask
        weights = torch.cat([scores, self.null_score.expand(b, t, 1)], 2).softmax(2)
        return F.gelu(self.output(weights[..., :-1] @ values + weights[..., -1:] * self.null_value))


class Mixture(nn.Module):
    def __init__(self, d_input, tasks):
        super().__init__()
        self.experts, self.tasks = sizes["experts"], tasks
        d_hidden, d_output = sizes["expert_hidden"], sizes["expert_output"]
        self.hidden = linear(d_input, self.experts * d_hidden)
        self.output_weight = table(self.experts, d_hidden, d_output)
        self.output_bias = table(self.experts, 1, d_output)
        self.gates = linear(d_input, tasks * self.experts)

    def forward(self, x):
        rows = x.shape[0]
        hidden = F.relu(self.hidden(x)).view(rows, self.experts, -1).transpose(0, 1)
        experts = F.relu(torch.baddbmm(self.output_bias, hidden, self.output_weight))
        gates = self.gates(x).view(rows, self.tasks, self.experts).softmax(2)
        return torch.einsum("ero,rte->tro", experts, gates)


class Tower(nn.Module):
    def __init__(self, d_input, outputs):
        super().__init__()
        self.hidden, self.output = linear(d_input, sizes["tower_hidden"]), linear(sizes["tower_hidden"], outputs)

    def forward(self, x):
        return self.output(F.relu(self.hidden(x)))


class Head(nn.Module):
    def __init__(self, d_input, d_shared, interest):
        super().__init__()
        self.listener = table(1, d_shared)
        self.mixture = Mixture(d_input, 3)
        self.interest = Tower(sizes["expert_output"], interest)
        self.subscription = Tower(sizes["expert_output"], 1)
        self.exposure = Tower(sizes["expert_output"], 1)

    def forward(self, own, shared):
        mixed = self.mixture(torch.cat([own, shared + self.listener], 1))
        towers = (self.interest, self.subscription, self.exposure)
        return torch.cat([tower(x) for tower, x in zip(towers, mixed)], 1)


class Network(nn.Module):
    def __init__(self, weights, batch):
        super().__init__()
        rows = lambda name: weights[name].shape[0]
        self.moment = case["moment_features"]
        d, width = sizes["d_model"], batch["profile"].shape[1]
        d_shared = sizes["d_profile"] + sizes["d_session"] + sizes["d_scene"]
        self.songs = Songs(rows("songs.genre"), rows("songs.family"), batch["dense"].shape[1])
        self.outcome = linear(batch["outcome"].shape[2], d)
        self.scene = table(rows("scene"), d)
        self.profile_token = linear(width, d)
        self.candidate = linear(batch["candidate"].shape[2], d)
        self.encoder = Encoder(weights["encoder.recency.0"].shape[1] - 2)
        self.session = Session()
        self.profile = linear(width + self.moment, sizes["d_profile"])
        self.scene_context = table(rows("scene"), sizes["d_scene"])
        self.head = Head(d + d_shared, d_shared, rows("head.interest.output.weight"))

    def forward(self, batch):
        size, plays, _ = batch["outcome"].shape
        songs = self.songs(batch, batch["keep"]) + F.embedding(batch["scenes"], self.scene)
        songs = songs.view(size, plays, -1)
        history = songs + self.outcome(batch["outcome"])
        token = self.profile_token(batch["profile"])[:, None]
        tokens = torch.cat([token, history[:, :-1]], 1)
        own = self.encoder(tokens, songs + self.candidate(batch["candidate"]), plays)
        session = self.session(history, batch["session_mask"]).flatten(0, 1)
        profile = batch["profile"][:, None].expand(-1, plays, -1)
        known = torch.cat([profile, batch["candidate"][..., -self.moment :]], 2)
        profile = F.relu(self.profile(known.flatten(0, 1)))
        gate = torch.sigmoid(self.session.gate(torch.cat([session, profile], 1)))
        scene = F.embedding(batch["scenes"], self.scene_context)
        return self.head(own.flatten(0, 1), torch.cat([profile, session * gate, scene], 1))


def losses(logits, labels, shares):
    """Losses of the tasks, as in src/objective/loss.rs."""
    replays = case["outputs"].index("replays")
    entropy = F.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    entropy = (entropy * shares).sum(0)
    ratio = case["outputs"].index("play_ratio")
    squared = ((torch.sigmoid(logits[:, ratio]) - labels[:, ratio]).square() * shares[:, ratio]).sum()
    counts = logits[:, replays].clamp_max(case["most_replays_logit"]).exp()
    poisson = ((counts - logits[:, replays] * labels[:, replays]) * shares[:, replays]).sum()
    of = {name: entropy[i] for i, name in enumerate(case["outputs"])}
    of["play_ratio"], of["replays"] = squared, poisson
    interest = sum(weight * of[name] for name, weight in parts.items())
    return torch.stack([interest, of["subscription"], of["exposure"]])


def batches():
    everything = load_file(f"{folder}/batches.safetensors")
    found = [{} for _ in range(case["batches"])]
    for name, tensor in everything.items():
        number, name = name.split(".")
        found[int(number)][name] = tensor.long() if tensor.dtype == torch.int32 else tensor
    return found


def main():
    data = batches()
    weights = load_file(f"{folder}/weights.safetensors")
    network = Network(weights, data[0])
    network.load_state_dict(weights)
    network.head.listener.requires_grad_(False)
    learned = [p for p in network.parameters() if p.requires_grad]
    kind = {"foreach": True} if variant == "foreach" else {"fused": True}
    decay = case["weight_decay"]
    optimizer = torch.optim.AdamW(learned, lr=case["learning_rate"], weight_decay=decay, **kind)
    weigh_tasks = torch.tensor([weigh[task] for task in ("interest", "subscription", "exposure")])
    forward = torch.compile(network) if variant == "compile" else network

    def step(batch):
        optimizer.zero_grad(set_to_none=True)
        (losses(forward(batch), batch["labels"], batch["shares"]) @ weigh_tasks).backward()
        # Each parameter's gradient is clipped by its own norm.
        gradients = [p.grad for p in learned]
        norms = torch._foreach_norm(gradients)
        torch._foreach_mul_(gradients, [(case["gradient_clip"] / (n + 1e-6)).clamp_max(1.0) for n in norms])
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
