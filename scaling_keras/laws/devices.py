"""What accelerators can do at most: peak FLOPs per second, by type, with their sources."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from types import MappingProxyType

_DTYPES = {
    "bf16": ("bf16", "bfloat16", "mixed_bfloat16"),
    "fp16": ("fp16", "float16", "mixed_float16", "half"),
    "tf32": ("tf32", "tensorfloat32"),
    "fp32": ("fp32", "float32"),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Device:
    """What one accelerator can do at most, without sparsity.

    Attributes:
        name: What we call it.
        pattern: Regular expression of the names that it reports, as `_plain_name` leaves them.
        peak: FLOPs per second by `bf16`, `fp16`, `tf32` and `fp32`: matrix products with sums in
            single precision. `fp32` is without tensor cores.
        source: The data sheet that says so.
    """

    name: str
    pattern: str
    peak: Mapping[str, float]
    source: str


def _device(name: str, pattern: str, source: str, **teraflops: float) -> Device:
    peak = {dtype: value * 1e12 for dtype, value in teraflops.items()}
    return Device(name=name, pattern=pattern, peak=MappingProxyType(peak), source=source)


_H100 = "NVIDIA H100 Tensor Core GPU data sheet, half of the figures with sparsity"
_VOLTA = "NVIDIA V100 Tensor Core GPU data sheet"
_CLOUD = "Google Cloud TPU documentation, peak compute per chip"

DEVICES: tuple[Device, ...] = (
    _device(
        "B200",
        r"b200( sxm)?",
        "NVIDIA Blackwell Architecture Technical Brief, HGX B200, dense",
        bf16=2250.0,
        fp16=2250.0,
        tf32=1100.0,
        fp32=80.0,
    ),
    _device(
        "H200 SXM",
        r"h200( sxm5?)?( hbm3e)?",
        "NVIDIA H200 Tensor Core GPU data sheet, half of the figures with sparsity",
        bf16=989.5,
        fp16=989.5,
        tf32=494.5,
        fp32=67.0,
    ),
    _device(
        "H100 SXM",
        r"h100( sxm5?)?( hbm3)?",
        _H100,
        bf16=989.5,
        fp16=989.5,
        tf32=494.5,
        fp32=67.0,
    ),
    _device(
        "H100 PCIe", r"h100 pcie( hbm2e)?", _H100, bf16=756.5, fp16=756.5, tf32=378.0, fp32=51.0
    ),
    _device(
        "A100",
        r"a100( sxm4?| pcie?| pg5\d\d)?",
        "NVIDIA A100 Tensor Core GPU data sheet",
        bf16=312.0,
        fp16=312.0,
        tf32=156.0,
        fp32=19.5,
    ),
    _device(
        "L40S",
        r"l40s",
        "NVIDIA L40S GPU data sheet",
        bf16=362.05,
        fp16=362.05,
        tf32=183.0,
        fp32=91.6,
    ),
    _device(
        "L4",
        r"l4",
        "NVIDIA L4 Tensor Core GPU data sheet, half of the figures with sparsity",
        bf16=121.0,
        fp16=121.0,
        tf32=60.0,
        fp32=30.3,
    ),
    _device(
        "A10",
        r"a10( pcie)?",
        "NVIDIA A10 Tensor Core GPU data sheet",
        bf16=125.0,
        fp16=125.0,
        tf32=62.5,
        fp32=31.2,
    ),
    _device("T4", r"t4", "NVIDIA T4 Tensor Core GPU data sheet", fp16=65.0, fp32=8.1),
    _device("V100 SXM", r"v100( sxm[23]?| dgxs)?", _VOLTA, fp16=125.0, fp32=15.7),
    _device("V100 PCIe", r"v100 pcie", _VOLTA, fp16=112.0, fp32=14.0),
    _device(
        "RTX 4090",
        r"rtx ?4090",
        "NVIDIA Ada GPU Architecture white paper, with sums in single precision",
        bf16=165.2,
        fp16=165.2,
        tf32=82.6,
        fp32=82.6,
    ),
    _device(
        "RTX 3090",
        r"rtx ?3090",
        "NVIDIA Ampere GA102 GPU Architecture white paper, with sums in single precision",
        bf16=71.0,
        fp16=71.0,
        tf32=35.6,
        fp32=35.6,
    ),
    _device("TPU v3", r"(tpu )?v3", _CLOUD, bf16=123.0),
    _device("TPU v4", r"(tpu )?v4", _CLOUD, bf16=275.0),
    _device("TPU v5e", r"(tpu )?v5( ?lite|e)( ?pod)?", _CLOUD, bf16=197.0),
    _device("TPU v5p", r"(tpu )?v5p", _CLOUD, bf16=459.0),
    _device("TPU v6e", r"(tpu )?v6( ?lite|e)", _CLOUD, bf16=918.0),
)
"""Devices whose peak is known. A chip of a TPU counts as one, its two cores together."""


def peak_flops_per_second(device_name: str, dtype: str = "bf16") -> float | None:
    """Return what a device can do at most, or None if it or the type isn't known.

    Model FLOPs utilisation is the FLOPs a training really needs per second over this.

    Args:
        device_name: As TensorFlow reports it (`device_name` of
            `tf.config.experimental.get_device_details`), or a name in `DEVICES`. A plain `H100`
            or `V100` is taken for the SXM module. Slices of a device (MIG), notebook parts and
            other variants that share a name are not the device.
        dtype: `bf16`, `fp16`, `tf32` or `fp32`, or a Keras policy such as `mixed_bfloat16`.
            TensorFlow multiplies `float32` in `tf32` where the device has it, unless told not to.

    Returns:
        FLOPs per second of matrix products, without sparsity.

    Example:
    >>> peak_flops_per_second("NVIDIA A100-SXM4-80GB", "mixed_bfloat16")
    312000000000000.0
    >>> peak_flops_per_second("Tesla T4", "bf16") is None
    True
    """
    device = find_device(device_name)
    return None if device is None else device.peak.get(plain_dtype(dtype) or "")


def find_device(device_name: str) -> Device | None:
    """Return the device that goes by a name, None if it isn't known."""
    plain = _plain_name(device_name)
    return next((device for device in DEVICES if re.fullmatch(device.pattern, plain)), None)


def _plain_name(device_name: str) -> str:
    """Return a device's name in lower case, without maker, series and amount of memory."""
    words = re.sub(r"[-_/]+", " ", device_name.lower()).split()
    noise = r"nvidia|tesla|geforce|google|cloud|\d+ ?gi?b"
    return " ".join(word for word in words if not re.fullmatch(noise, word))


def plain_dtype(dtype: str) -> str | None:
    """Return `bf16`, `fp16`, `tf32` or `fp32` for a type or policy of Keras, None for others."""
    return next((ours for ours, names in _DTYPES.items() if str(dtype).lower() in names), None)
