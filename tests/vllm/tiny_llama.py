"""A real Llama of under a megabyte with random weights: vLLM runs it like any other model, and it knows nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

# Line by line: system and user messages with their role, then the assistant's turn is opened.
CHAT_TEMPLATE = """\
{%- for message in messages -%}
<|{{ message.role }}|>{{ message.content }}<|end|>
{%- endfor -%}
{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}
"""
SPECIAL = ("<|begin|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<think>", "</think>")
CONTEXT = 4096


def make_tiny_llama(folder: Path, *, context: int = CONTEXT, seed: int = 0, corpus: Sequence[str] = ()) -> Path:
    """Write model and tokenizer to `folder` and return it. The context is `context` tokens.

    A token is a byte, or with a `corpus` one of 4,000 pieces that its texts have in common, as in a real model.
    """
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {symbol: number for number, symbol in enumerate([*SPECIAL, *alphabet])}
    pieces = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    pieces.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    pieces.decoder = decoders.ByteLevel()
    if corpus:
        trainer = trainers.BpeTrainer(vocab_size=4000, special_tokens=list(SPECIAL), initial_alphabet=alphabet)
        pieces.train_from_iterator(corpus, trainer)
    # A text that is not a chat starts with the first special token, as in most models.
    pieces.post_processor = processors.TemplateProcessing(single=f"{SPECIAL[0]} $A", special_tokens=[(SPECIAL[0], 0)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=pieces,
        bos_token=SPECIAL[0],
        eos_token=SPECIAL[1],
        pad_token=SPECIAL[1],
        additional_special_tokens=list(SPECIAL[2:]),
        model_max_length=context,
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    tokenizer.save_pretrained(folder)

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=pieces.get_vocab_size(),
        hidden_size=128,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=64,
        max_position_embeddings=context,
        bos_token_id=0,
        eos_token_id=1,
        tie_word_embeddings=True,
        initializer_range=0.3,  # far enough from zero that greedy answers differ from question to question
    )
    model = LlamaForCausalLM(config).to(torch.bfloat16)
    # What its authors would recommend: filled in where a run says nothing.
    model.generation_config = GenerationConfig(
        bos_token_id=0, eos_token_id=1, do_sample=True, temperature=0.5, top_k=40, max_new_tokens=5
    )
    model.save_pretrained(folder)
    return folder
