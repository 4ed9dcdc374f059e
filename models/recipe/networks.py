"""The two networks in the published layout: parameter names and shapes are those of MotionMillion's checkpoints.

The motion tokenizer is a convolutional encoder and decoder around a finite scalar quantizer (docs/representation.md, Motion tokens); the
transformer is LLaMA-like with a bidirectional text prefix (docs/representation.md, The transformer). Dropout is ours and acts in training only.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from representation import FEATURES


class Finite(nn.Module):
    """Finite scalar quantizer (docs/representation.md, Motion tokens): `levels` digits a token, the first least significant."""

    def __init__(self, levels, width):
        super().__init__()
        self.levels = list(levels)
        self.codes = math.prod(levels)
        levels = torch.tensor(levels)
        half = (levels - 1) * 1.001 / 2
        offset = (levels % 2 == 0) * 0.5
        self.register_buffer("reach", half, persistent=False)
        self.register_buffer("offset", offset, persistent=False)
        self.register_buffer("shift", torch.atanh(offset / half), persistent=False)
        self.register_buffer("centre", levels // 2, persistent=False)
        basis = torch.cumprod(torch.cat([torch.ones(1, dtype=torch.long), levels[:-1]]), 0)
        self.register_buffer("basis", basis, persistent=False)
        self.project_in = nn.Linear(width, len(levels))
        self.project_out = nn.Linear(len(levels), width)
        self.overflow = None

    def bound(self, z):
        """Projected values [..., digits] → bounded values before rounding."""
        return torch.tanh(z + self.shift) * self.reach - self.offset

    def forward(self, x):
        """Quantized with a straight-through gradient: [..., width] → ([..., width], codes [...])."""
        z = self.project_in(x).float()
        # For the trainer: how far the values are out where the bound is flat and no gradient comes back.
        self.overflow = F.relu(z.abs() - 2).square().mean()
        bounded = self.bound(z)
        rounded = bounded.round()
        code = ((rounded.detach().long() + self.centre) * self.basis).sum(-1)
        passed = bounded + (rounded - bounded).detach()
        return self.project_out((passed / self.centre).to(x.dtype)), code

    def embed(self, code):
        """Codes [...] → [..., width]."""
        digits = code.unsqueeze(-1) // self.basis % torch.tensor(self.levels, device=code.device) - self.centre
        return self.project_out(digits / self.centre)


class Residual(nn.Module):
    def __init__(self, width, dilation, activation):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.conv1 = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.conv2 = nn.Conv1d(width, width, 1)
        self.activation = activation

    def forward(self, x):
        y = self.conv1(self.activation(self.norm1(x.transpose(1, 2)).transpose(1, 2)))
        return x + self.conv2(self.activation(self.norm2(y.transpose(1, 2)).transpose(1, 2)))


class Stack(nn.Module):
    """Residual blocks with dilations 9, 3, 1, under the name `model`."""

    def __init__(self, width, activation):
        super().__init__()
        self.model = nn.Sequential(*(Residual(width, 3**power, activation) for power in (2, 1, 0)))

    def forward(self, x):
        return self.model(x)


class Patcher(nn.Module):
    """The identity that a Haar patcher of size 1 is; it keeps the checkpoint's two buffers."""

    def __init__(self):
        super().__init__()
        self.register_buffer("wavelets", torch.full((2,), 0.5**0.5))
        self.register_buffer("_arange", torch.arange(2))

    def forward(self, x):
        return x


class Convolutions(nn.Module):
    """Either end of the tokenizer: layers under the name `model`."""

    def __init__(self, *layers):
        super().__init__()
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        return self.model(x)


class MotionTokenizer(nn.Module):
    """Normalised features [N, T, 272] ↔ codes [N, T/2]."""

    def __init__(self, levels, width, code_dim, activation="relu"):
        super().__init__()
        act = {"relu": F.relu, "silu": F.silu}[activation]
        self.encoder = Convolutions(
            Patcher(),
            nn.Conv1d(FEATURES, width, 3, padding=1),
            nn.ReLU(),
            nn.Sequential(nn.Conv1d(width, width, 4, stride=2, padding=1), Stack(width, act)),
            nn.Conv1d(width, code_dim, 3, padding=1),
        )
        self.decoder = Convolutions(
            nn.Conv1d(code_dim, width, 3, padding=1),
            nn.ReLU(),
            nn.Sequential(Stack(width, act), nn.Upsample(scale_factor=2, mode="nearest"), nn.Conv1d(width, width, 3, padding=1)),
            nn.Conv1d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv1d(width, FEATURES, 3, padding=1),
            Patcher(),
        )
        self.quantizer = Finite(levels, code_dim)

    def forward(self, x):
        """→ (reconstruction [N, T, 272], codes [N, T/2]) with gradients through the rounding."""
        latent = self.encoder(x.transpose(1, 2)).transpose(1, 2)
        quantized, code = self.quantizer(latent)
        return self.decoder(quantized.transpose(1, 2)).transpose(1, 2), code

    @torch.no_grad()
    def encode(self, x):
        latent = self.encoder(x.transpose(1, 2)).transpose(1, 2)
        return self.quantizer(latent)[1]

    @torch.no_grad()
    def decode(self, code):
        return self.decoder(self.quantizer.embed(code).transpose(1, 2)).transpose(1, 2)


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, self.scale.shape, self.scale.to(x.dtype), 1e-5)


class Attention(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.c_attn = nn.Linear(width, 3 * width, bias=False)
        self.c_proj = nn.Linear(width, width, bias=False)
        self.heads = heads
        self.dropout = dropout

    def forward(self, x, mask, rope, cache):
        """`cache`: None, or a dict that keeps keys and values of the positions so far."""
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.c_attn(x).chunk(3, -1))
        q, k = rotate(q, rope), rotate(k, rope)
        if cache is not None:
            if "k" in cache:
                k, v = torch.cat([cache["k"], k], 2), torch.cat([cache["v"], v], 2)
            cache["k"], cache["v"] = k, v
        # The quick kernels want heads of a multiple of 8 channels, and those of the published 3B have 100: zeros change nothing.
        size = q.shape[-1]
        q, k, v = (F.pad(part, (0, -size % 8)) for part in (q, k, v))
        mixed = F.scaled_dot_product_attention(q, k, v, mask, self.dropout if self.training else 0.0, scale=size**-0.5)
        return self.c_proj(mixed[..., :size].transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.c_fc1 = nn.Linear(width, hidden, bias=False)
        self.c_fc2 = nn.Linear(width, hidden, bias=False)
        self.c_proj = nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        return self.c_proj(F.silu(self.c_fc1(x)) * self.c_fc2(x))


class Block(nn.Module):
    def __init__(self, width, heads, hidden, dropout):
        super().__init__()
        self.rms_1 = RmsNorm(width)
        self.attn = Attention(width, heads, dropout)
        self.rms_2 = RmsNorm(width)
        self.mlp = Mlp(width, hidden)
        self.drop = nn.Dropout(dropout)
        self.recompute = False

    def forward(self, x, mask, rope, cache=None):
        if self.recompute and self.training:
            # Keeps nothing but its input for the gradient: a third more arithmetic, a small part of the memory.
            return checkpoint(self.step, x, mask, rope, use_reentrant=False)
        return self.step(x, mask, rope, cache)

    def step(self, x, mask, rope, cache=None):
        x = x + self.drop(self.attn(self.rms_1(x), mask, rope, cache))
        return x + self.drop(self.mlp(self.rms_2(x)))


class Transformer(nn.Module):
    """Predicts motion codes after text features. `codes` = end token, `codes + 1` = pad."""

    def __init__(self, codes, layers, heads, width, clip_dim, block_size=301, dropout=0.0):
        super().__init__()
        self.codes, self.block_size = codes, block_size
        hidden = -(-int(8 * width / 3) // 256) * 256
        self.config = {
            "n_layer": layers,
            "n_head": heads,
            "n_embd": width,
            "mlp_hidden": hidden,
            "clip_dim": clip_dim,
            "block_size": block_size,
            "norm_eps": 1e-5,
            "rope_base": 10000,
        }
        self.llama_proj = nn.Linear(clip_dim, width)
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(codes + 2, width),
                "h": nn.ModuleList(Block(width, heads, hidden, dropout) for _ in range(layers)),
                "ln_f": RmsNorm(width),
            }
        )
        self.lm_head = nn.Linear(width, codes + 1, bias=False)
        self.drop = nn.Dropout(dropout)
        self.register_buffer("rope", rope_table(block_size, width // heads), persistent=False)
        # Small embeddings and shrunken residual outputs: a quick start for a short training.
        nn.init.normal_(self.transformer["wte"].weight, std=0.02)
        for name, weight in self.named_parameters():
            if name.endswith("c_proj.weight"):
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * layers))
            elif name.endswith(("c_attn.weight", "c_fc1.weight", "c_fc2.weight", "lm_head.weight")):
                nn.init.normal_(weight, std=0.02)

    def input_table(self):
        """Embedding of each token, [codes + 2, width]."""
        return self.transformer["wte"].weight

    def output_table(self):
        """Direction of each token's logit, [codes + 1, width]."""
        return self.lm_head.weight

    def forward(self, text, text_length, tokens):
        """text [B, L, clip_dim] with `text_length` [B] valid features, tokens [B, N] → logits [B, L + N, codes + 1].

        Each row is its valid features, then its tokens; what lies behind position text_length + N is padding.
        """
        return F.linear(self.states(text, text_length, tokens, text.shape[1] + tokens.shape[1]), self.output_table())

    def states(self, text, text_length, tokens, positions):
        """What the logits of the first `positions` positions (at least L) are made of: [B, positions, width]."""
        at = torch.arange(positions, device=tokens.device)
        # Row r takes text at positions below text_length[r], else its token number position - text_length[r].
        token_at = (at - text_length[:, None]).clamp(0, tokens.shape[1] - 1) if tokens.shape[1] else None
        # What the blocks add up stays in float32 where they compute in bfloat16.
        x = F.pad(self.llama_proj(text).float(), (0, 0, 0, positions - text.shape[1]))
        if token_at is not None:
            embedded = F.embedding(tokens.gather(1, token_at), self.input_table())
            x = torch.where((at < text_length[:, None])[..., None], x, embedded.to(x.dtype))
        in_text = at < text_length[:, None]
        mask = (at[None, :] <= at[:, None]) | (in_text[:, :, None] & in_text[:, None, :])
        x = self.drop(x)
        for block in self.transformer["h"]:
            x = block(x, mask[:, None], self.rope[:positions])
        return self.transformer["ln_f"](x)

    @torch.inference_mode()
    def sample(self, text, count, guidance=1.0, temperature=0.9, top_p=0.95, end=True, empty=None, generator=None):
        """Codes for one prompt: text [L, clip_dim]; `empty`: features of the empty prompt, for guidance other than 1."""
        guided = guidance != 1.0
        streams = [[{} for _ in self.transformer["h"]] for _ in range(1 + guided)]
        positions = [0] * len(streams)
        inputs = [self.llama_proj(part.float())[None] for part in ([text, empty] if guided else [text])]
        codes = []
        while len(codes) < count:
            logits = []
            for stream, caches in enumerate(streams):
                x = inputs[stream]
                rope = self.rope[positions[stream] : positions[stream] + x.shape[1]]
                for block, cache in zip(self.transformer["h"], caches):
                    x = block(x, None, rope, cache)
                positions[stream] += inputs[stream].shape[1]
                logits.append(self.lm_head(self.transformer["ln_f"](x[:, -1]))[0])
            row = guide(*logits, guidance) if guided else logits[0]
            if not end:
                row[self.codes] = -math.inf
            code = nucleus(row / temperature, top_p, generator)
            if code == self.codes:
                break
            codes.append(code)
            inputs = [self.transformer["wte"](torch.tensor([[code]]))] * len(streams)
        return codes


class FactoredTransformer(Transformer):
    """For training: token tables that share what their codes share.

    A code's embedding is the sum of an own one and one for each digit's value, and so is its logit. Codes that differ in
    one digit are much alike, so rare ones learn from frequent ones. `merged` gives the plain tables of the published layout.
    """

    def __init__(self, levels, *sizes, **options):
        super().__init__(math.prod(levels), *sizes, **options)
        self.register_buffer("digit_values", digit_values(levels), persistent=False)
        width = self.config["n_embd"]
        self.digit_in = nn.Parameter(torch.randn(sum(levels), width) * 0.02)
        self.digit_out = nn.Parameter(torch.randn(sum(levels), width) * 0.02)

    def input_table(self):
        return super().input_table() + self.digit_values @ self.digit_in

    def output_table(self):
        return super().output_table() + self.digit_values[:-1] @ self.digit_out


def merged(weights, levels):
    """The weights of a `FactoredTransformer` as those of a `Transformer`."""
    plain = {name: tensor for name, tensor in weights.items() if not name.startswith("digit_")}
    values = digit_values(levels)
    plain["transformer.wte.weight"] = plain["transformer.wte.weight"] + values @ weights["digit_in"]
    plain["lm_head.weight"] = plain["lm_head.weight"] + values[:-1] @ weights["digit_out"]
    return plain


def digit_values(levels):
    """Ones where a code has a digit of a value, [codes + 2, sum of levels]; nothing for the end and pad tokens."""
    code = torch.arange(math.prod(levels))
    columns, basis = [], 1
    for level in levels:
        columns.append(F.one_hot(code // basis % level, level))
        basis *= level
    return F.pad(torch.cat(columns, 1).float(), (0, 0, 0, 2))


def guide(given, empty, guidance):
    """Logits drawn away from those of the empty prompt (classifier-free guidance); the end token is the last.

    Guidance chooses among the codes. Whether to end stays as likely as the prompt alone makes it: raised to a power, the
    small chance that a motion ends here would end most of them at once.
    """
    guided = empty + guidance * (given - empty)
    others = torch.logsumexp(given[:-1], 0)
    guided[-1] = torch.logsumexp(guided[:-1], 0) + given[-1] - others
    return guided


def nucleus(logits, top_p, generator):
    """One draw from the smallest set of tokens whose probability reaches `top_p`."""
    order = logits.argsort(descending=True)
    probabilities = torch.softmax(logits[order], -1)
    probabilities[probabilities.cumsum(-1) - probabilities > top_p] = 0
    return order[torch.multinomial(probabilities, 1, generator=generator)].item()


def rope_table(positions, head_size):
    """[positions, head_size / 2, 2] cosines and sines, base 10000."""
    frequency = 10000.0 ** (-torch.arange(0, head_size, 2).double() / head_size)
    angle = torch.arange(positions).double()[:, None] * frequency
    return torch.stack([angle.cos(), angle.sin()], -1).float()


def rotate(x, rope):
    """Turns the interleaved pairs of [B, heads, S, head size] by `rope` [S, head size / 2, 2], exactly whatever x is stored in."""
    even, odd = x[..., 0::2], x[..., 1::2]
    cos, sin = rope[..., 0], rope[..., 1]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2).to(x.dtype)
