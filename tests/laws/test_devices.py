import pytest

from scaling_keras.laws.devices import DEVICES, find_device, peak_flops_per_second


@pytest.mark.parametrize(
    ("reported", "name"),
    [
        ("NVIDIA A100-SXM4-80GB", "A100"),
        ("NVIDIA A100-PCIE-40GB", "A100"),
        ("NVIDIA A100 80GB PCIe", "A100"),
        ("A100-SXM4-40GB", "A100"),
        ("NVIDIA H100 80GB HBM3", "H100 SXM"),
        ("NVIDIA H100 PCIe", "H100 PCIe"),
        ("h100", "H100 SXM"),
        ("NVIDIA H200", "H200 SXM"),
        ("NVIDIA B200", "B200"),
        ("NVIDIA L4", "L4"),
        ("NVIDIA L40S", "L40S"),
        ("Tesla T4", "T4"),
        ("Tesla V100-SXM2-16GB", "V100 SXM"),
        ("Tesla V100-PCIE-32GB", "V100 PCIe"),
        ("NVIDIA A10", "A10"),
        ("NVIDIA GeForce RTX 4090", "RTX 4090"),
        ("rtx3090", "RTX 3090"),
        ("TPU v3", "TPU v3"),
        ("TPU v4", "TPU v4"),
        ("TPU v5 lite", "TPU v5e"),
        ("v5litepod", "TPU v5e"),
        ("TPU v5p", "TPU v5p"),
        ("TPU v6 lite", "TPU v6e"),
    ],
)
def test_devices_are_known_as_they_report_themselves(reported, name):
    assert find_device(reported).name == name


@pytest.mark.parametrize(
    "reported",
    [
        "NVIDIA A100-SXM4-80GB MIG 1g.10gb",
        "NVIDIA GeForce RTX 4090 Laptop GPU",
        "NVIDIA GeForce RTX 4090 D",
        "NVIDIA GeForce RTX 3090 Ti",
        "NVIDIA H100 NVL",
        "NVIDIA A10G",
        "Tesla V100S-PCIE-32GB",
        "Intel(R) Xeon(R) CPU",
        "",
    ],
)
def test_variants_and_slices_are_not_the_device(reported):
    assert find_device(reported) is None
    assert peak_flops_per_second(reported) is None


def test_a_device_is_found_by_the_name_it_has_here():
    assert [find_device(device.name) for device in DEVICES] == list(DEVICES)


@pytest.mark.parametrize(
    ("dtype", "peak"),
    [
        ("mixed_bfloat16", 312e12),
        ("float16", 312e12),
        ("tf32", 156e12),
        ("float32", 19.5e12),
        ("int8", None),
    ],
)
def test_a_policy_of_keras_names_the_type(dtype, peak):
    assert peak_flops_per_second("NVIDIA A100-SXM4-80GB", dtype) == peak


def test_a_device_without_a_type_has_no_peak_in_it():
    assert peak_flops_per_second("Tesla T4", "bfloat16") is None
    assert peak_flops_per_second("TPU v4", "fp32") is None


def test_every_device_names_its_source_and_lower_precision_is_never_slower():
    for device in DEVICES:
        assert device.source
        ordered = [device.peak[t] for t in ("fp32", "tf32", "fp16") if t in device.peak]
        assert ordered == sorted(ordered), device.name
        if {"bf16", "fp16"} <= set(device.peak):
            assert device.peak["bf16"] == device.peak["fp16"]
