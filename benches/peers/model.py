"""Melody's network in PyTorch, for one listener and many songs.

Parameters have the names, shapes and order of `weights.safetensors`, so a model folder loads as it is:
see `models/README.md`. The shapes come from `config.toml`.

Written for speed as far as plain PyTorch goes: songs' vectors are given; the history is encoded once,
and its keys and values are shared by all candidates; the experts' first layers are one product, with
the listener's part added once.
"""

import tomllib
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

MASKED = -1.0e9
# The largest logit whose exponential is taken as a count of replays, and where that logit is.
MOST_REPLAYS_LOGIT, REPLAYS = 4.0, 5
TASKS = 3


def parameter(*shape):
    return nn.Parameter(torch.empty(*shape))


class Songs(nn.Module):
    """Songs as vectors: content and hashed identifiers."""

    def __init__(self, c, t):
        super().__init__()
        shape = {name: tuple(t[f"songs.{name}"].shape) for name in ("genre", "family", "artist", "song")}
        self.genre = parameter(*shape["genre"])
        self.family = parameter(*shape["family"])
        self.artist = parameter(*shape["artist"])
        self.song = parameter(*shape["song"])
        self.projection = linear(t, "songs.projection")

    def forward(self, genre, family, artist, song, dense):
        parts = [self.genre[genre], self.family[family], self.artist[artist], self.song[song], dense]
        return self.projection(torch.cat(parts, 1))


class Attention(nn.Module):
    def __init__(self, t, name, heads):
        super().__init__()
        self.qkv = linear(t, f"{name}.qkv")
        self.output = linear(t, f"{name}.output")
        self.heads = heads

    def project(self, x):
        """[rows, d] to queries, keys, values, each [heads, rows, d_head]."""
        rows = x.shape[0]
        return self.qkv(x).view(rows, 3, self.heads, -1).permute(1, 2, 0, 3).unbind(0)

    def merge(self, x):
        return self.output(x.transpose(0, 1).flatten(1))


class Block(nn.Module):
    def __init__(self, t, name, heads):
        super().__init__()
        self.norm_attention = norm(t, f"{name}.norm_attention")
        self.attention = Attention(t, f"{name}.attention", heads)
        self.norm_feed_forward = norm(t, f"{name}.norm_feed_forward")
        self.inner = linear(t, f"{name}.inner")
        self.outer = linear(t, f"{name}.outer")

    def feed_forward(self, x):
        return x + self.outer(F.gelu(self.inner(self.norm_feed_forward(x))))

    def history(self, x, bias):
        """The block's output for history tokens, and their keys and values."""
        q, k, v = self.attention.project(self.norm_attention(x))
        scores = torch.baddbmm(bias, q * q.shape[-1] ** -0.5, k.transpose(1, 2))
        attended = torch.softmax(scores, -1) @ v
        return self.feed_forward(x + self.attention.merge(attended)), (k, v)

    def candidates(self, x, memory, bias, own_bias):
        """Each candidate attends to the memory and itself. `bias` [heads, 1, tokens]."""
        q, k, v = self.attention.project(self.norm_attention(x))
        keys, values = memory
        q = q * q.shape[-1] ** -0.5
        own = (q * k).sum(-1, keepdim=True) + own_bias
        scores = torch.cat([torch.baddbmm(bias, q, keys.transpose(1, 2)), own], -1)
        weights = torch.softmax(scores, -1)
        attended = torch.baddbmm(weights[..., -1:] * v, weights[..., :-1], values)
        return self.feed_forward(x + self.attention.merge(attended))


class Encoder(nn.Module):
    def __init__(self, c, t):
        super().__init__()
        blocks = range(c["layers"])
        self.blocks = nn.ModuleList(Block(t, f"encoder.blocks.{i}", c["heads"]) for i in blocks)
        self.norm = norm(t, "encoder.norm")
        self.recency = nn.ParameterList(parameter(*t[f"encoder.recency.{i}"].shape) for i in blocks)

    def remember(self, x):
        """Keys and values of every layer for [profile token, history tokens]."""
        tokens = x.shape[0]
        query, key = torch.arange(tokens)[:, None], torch.arange(tokens)[None, :]
        column = torch.where(key == 0, torch.where(query == 0, 1, 0), query - key + 1).clamp(min=0)
        memory = []
        for block, recency in zip(self.blocks, self.recency):
            bias = recency[:, column].masked_fill(key > query, MASKED)
            x, kv = block.history(x, bias)
            memory.append(kv)
        return memory

    def attend(self, x, memory):
        tokens = memory[0][0].shape[1]
        column = torch.arange(tokens + 1, 1, -1)
        column = torch.cat([torch.zeros(1, dtype=torch.long), column[1:]])
        for block, kv, recency in zip(self.blocks, memory, self.recency):
            x = block.candidates(x, kv, recency[:, None, column], recency[:, 1, None, None])
        return self.norm(x)


class Session(nn.Module):
    def __init__(self, t):
        super().__init__()
        self.keys_values = linear(t, "session.keys_values")
        self.query = parameter(*t["session.query"].shape)
        self.recency = parameter(*t["session.recency"].shape)
        self.null_score = parameter(1)
        self.null_value = parameter(*t["session.null_value"].shape)
        self.output = linear(t, "session.output")
        self.gate = linear(t, "session.gate")

    def forward(self, plays):
        """The vector [1, d_session] of the session's last plays [plays, d_model], oldest first."""
        keys, values = self.keys_values(plays).chunk(2, 1)
        recency = self.recency[0, : plays.shape[0]].flip(0)
        scores = (keys @ self.query)[:, 0] / keys.shape[1] ** 0.5 + recency
        weights = torch.softmax(torch.cat([scores, self.null_score]), 0)
        pooled = weights[:-1] @ values + weights[-1] * self.null_value
        return F.gelu(self.output(pooled[None]))


class Mmoe(nn.Module):
    """Every task mixes the same experts with a gate of its own; one expert is the shared bottom."""

    def __init__(self, t, name):
        super().__init__()
        self.hidden = linear(t, f"{name}.hidden")
        self.gates = linear(t, f"{name}.gates")
        self.output_weight = parameter(*t[f"{name}.output_weight"].shape)
        self.output_bias = parameter(*t[f"{name}.output_bias"].shape)

    def forward(self, own, shared):
        d, experts = own.shape[1], self.output_weight.shape[0]
        hidden = F.relu(own @ self.hidden.weight[:, :d].T + F.linear(shared, self.hidden.weight[:, d:], self.hidden.bias))
        gates = own @ self.gates.weight[:, :d].T + F.linear(shared, self.gates.weight[:, d:], self.gates.bias)
        gates = torch.softmax(gates.view(-1, TASKS, experts), -1)
        hidden = hidden.view(own.shape[0], experts, -1).transpose(0, 1)
        outputs = F.relu(torch.baddbmm(self.output_bias, hidden, self.output_weight))
        mixed = gates @ outputs.transpose(0, 1)
        return mixed.unbind(1), gates


class Extraction(nn.Module):
    def __init__(self, t, name):
        super().__init__()
        for part in ("hidden_weight", "hidden_bias", "output_weight", "output_bias"):
            setattr(self, part, parameter(*t[f"{name}.{part}"].shape))
        count = sum(key.startswith(f"{name}.gates.") and key.endswith(".weight") for key in t)
        self.gates = nn.ModuleList(linear(t, f"{name}.gates.{i}") for i in range(count))

    def forward(self, streams):
        experts = self.hidden_weight.shape[0]
        x = torch.stack([streams[min(e, TASKS)] for e in range(experts)])
        hidden = F.relu(x @ self.hidden_weight + self.hidden_bias)
        outputs = F.relu(hidden @ self.output_weight + self.output_bias).transpose(0, 1)
        mixed, weights = [], []
        for g, gate in enumerate(self.gates):
            weight = torch.softmax(gate(streams[g]), 1)
            if g < TASKS:
                whole = weight.new_zeros(weight.shape[0], experts)
                whole[:, g] = weight[:, 0]
                whole[:, TASKS:] = weight[:, 1:]
                weight = whole
            mixed.append((weight[:, None] @ outputs)[:, 0])
            weights.append(weight)
        return mixed, weights


class Ple(nn.Module):
    """Progressive layered extraction: an expert of its own for each task beside the shared ones, twice."""

    def __init__(self, t, name):
        super().__init__()
        self.levels = nn.ModuleList(Extraction(t, f"{name}.levels.{i}") for i in range(2))

    def forward(self, own, shared):
        streams = [torch.cat([own, shared.expand(own.shape[0], -1)], 1)] * (TASKS + 1)
        for level in self.levels:
            streams, gates = level(streams)
        return streams, torch.stack(gates, 1)


class Tower(nn.Module):
    def __init__(self, t, name):
        super().__init__()
        self.hidden = linear(t, f"{name}.hidden")
        self.output = linear(t, f"{name}.output")

    def forward(self, x):
        return self.output(F.relu(self.hidden(x)))


class Head(nn.Module):
    def __init__(self, c, t):
        super().__init__()
        self.listener = parameter(*t["head.listener"].shape)
        self.mixture = (Ple if c["sharing"] == "ple" else Mmoe)(t, "head.mixture")
        self.interest = Tower(t, "head.interest")
        self.subscription = Tower(t, "head.subscription")
        self.exposure = Tower(t, "head.exposure")

    def forward(self, own, shared):
        tasks, gates = self.mixture(own, shared + self.listener)
        towers = (self.interest, self.subscription, self.exposure)
        return torch.cat([tower(x) for tower, x in zip(towers, tasks)], 1), gates


class Network(nn.Module):
    """`c` is the config, `t` the file's tensors, by name."""

    def __init__(self, c, t):
        super().__init__()
        self.songs = Songs(c, t)
        self.outcome = linear(t, "outcome")
        self.scene = parameter(*t["scene"].shape)
        self.profile_token = linear(t, "profile_token")
        self.candidate = linear(t, "candidate")
        self.encoder = Encoder(c, t)
        self.session = Session(t)
        self.profile = linear(t, "profile")
        self.scene_context = parameter(*t["scene_context"].shape)
        self.head = Head(c, t)
        self.load_state_dict(t)
        self.eval()

    @classmethod
    def load(cls, folder):
        folder = Path(folder)
        config = tomllib.loads((folder / "config.toml").read_text())
        return cls(config, load_file(folder / "weights.safetensors"))

    def vectors(self, case):
        """Every song's vector: what depends on no listener."""
        return self.songs(*(case[f"songs.{part}"] for part in ("genre", "family", "artist", "song", "dense")))

    def forward(self, vectors, profile, moment, scene, songs, outcomes, scenes, session_plays, candidates, cross):
        """Logits [candidates, 8] and gates [candidates, tasks, experts] of one listener's candidates.

        `vectors` are all songs'; `songs` and `candidates` are rows of it. `session_plays` is a plain
        number: how many of the plays are of this session.
        """
        history = vectors[songs] + self.scene[scenes] + self.outcome(outcomes)
        memory = self.encoder.remember(torch.cat([self.profile_token(profile[None]), history]))

        counted = min(session_plays, self.session.recency.shape[1], history.shape[0])
        session = self.session(history[history.shape[0] - counted :])
        known = F.relu(self.profile(torch.cat([profile, moment])[None]))
        gate = torch.sigmoid(self.session.gate(torch.cat([session, known], 1)))
        shared = torch.cat([known, session * gate, self.scene_context[scene]], 1)

        d = cross.shape[1]
        weight = self.candidate.weight
        token = F.linear(moment[None], weight[:, d:], self.candidate.bias) + self.scene[scene]
        x = vectors[candidates] + torch.addmm(token, cross, weight[:, :d].T)
        return self.head(self.encoder.attend(x, memory), shared)


def probabilities(logits):
    """Probabilities, and for replays the expected count."""
    replays = logits[:, REPLAYS : REPLAYS + 1].clamp(max=MOST_REPLAYS_LOGIT).exp()
    p = torch.sigmoid(logits)
    return torch.cat([p[:, :REPLAYS], replays, p[:, REPLAYS + 1 :]], 1)


INPUTS = ("profile", "moment", "scene", "history.songs", "history.outcomes", "history.scenes")


def arguments(case, vectors, count=None):
    """A case's inputs, as `Network.forward` takes them."""
    return (
        vectors,
        *(case[name] for name in INPUTS),
        int(case["session_plays"]),
        case["candidates"][:count],
        case["cross"][:count],
    )


def linear(t, name):
    outputs, inputs = t[f"{name}.weight"].shape
    return nn.Linear(inputs, outputs)


def norm(t, name):
    return nn.LayerNorm(t[f"{name}.weight"].shape[0])
