"""The operations that multiply no matrices: elementwise work, moving data, drawing numbers, state.

A whitelist, so that an operation nobody has thought of is reported as uncounted, not passed over.
They count as nothing in the FLOPs that laws are fitted to, and by `elementwise_flops` in the
convention that counts everything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_ELEMENTWISE = """
    Abs AccumulateNV2 Acos Acosh Add AddN AddV2 Angle ApproximateEqual Asin Asinh Atan Atan2
    Atanh BesselI0 BesselI0e BesselI1 BesselI1e BiasAdd BiasAddGrad BitwiseAnd BitwiseOr
    BitwiseXor Cast Ceil CheckNumerics CheckNumericsV2 ClipByValue Complex ComplexAbs Conj Cos
    Cosh Digamma Div DivNoNan Elu EluGrad Equal Erf Erfc Erfinv Exp Expm1
    FakeQuantWithMinMaxArgs FakeQuantWithMinMaxArgsGradient FakeQuantWithMinMaxVars
    FakeQuantWithMinMaxVarsGradient FakeQuantWithMinMaxVarsPerChannel
    FakeQuantWithMinMaxVarsPerChannelGradient Floor FloorDiv FloorMod Greater GreaterEqual
    Igamma IgammaGradA Igammac Imag Inv InvGrad Invert IsFinite IsInf IsNan LeakyRelu
    LeakyReluGrad LeftShift Less LessEqual Lgamma Log Log1p LogSoftmax LogicalAnd LogicalNot
    LogicalOr Maximum Minimum Mod Mul MulNoNan Ndtri Neg NextAfter NotEqual Polygamma
    PopulationCount Pow QuantizeAndDequantizeV2 QuantizeAndDequantizeV3 QuantizeAndDequantizeV4
    QuantizeAndDequantizeV4Grad Real RealDiv Reciprocal ReciprocalGrad Relu Relu6 Relu6Grad
    ReluGrad RightShift Rint Round Rsqrt RsqrtGrad Select SelectV2 Selu SeluGrad Sigmoid
    SigmoidGrad Sign Sin Sinh Softmax SoftmaxCrossEntropyWithLogits Softplus SoftplusGrad
    Softsign SoftsignGrad SparseSoftmaxCrossEntropyWithLogits Sqrt SqrtGrad Square
    SquaredDifference Sub Tan Tanh TanhGrad TruncateDiv TruncateMod Xdivy Xlog1py Xlogy Zeta
"""

_REDUCTIONS = """
    All Any ArgMax ArgMin AvgPool AvgPool3D AvgPool3DGrad AvgPoolGrad Bincount CTCLoss CTCLossV2
    Cumprod Cumsum CumulativeLogsumexp DenseBincount EuclideanNorm FractionalAvgPool
    FractionalAvgPoolGrad FractionalMaxPool FractionalMaxPoolGrad FusedBatchNorm
    FusedBatchNormGrad FusedBatchNormGradV2 FusedBatchNormGradV3 FusedBatchNormV2
    FusedBatchNormV3 HistogramFixedWidth InTopK InTopKV2 L2Loss LRN LRNGrad Max MaxPool
    MaxPool3D MaxPool3DGrad MaxPool3DGradGrad MaxPoolGrad MaxPoolGradGrad MaxPoolGradGradV2
    MaxPoolGradV2 MaxPoolGradWithArgmax MaxPoolV2 MaxPoolWithArgmax Mean Min NthElement Prod
    RaggedBincount
    SegmentMax SegmentMaxV2 SegmentMean SegmentMin SegmentMinV2 SegmentProd SegmentProdV2
    SegmentSum SegmentSumV2 SparseReduceMax SparseReduceSum SparseSegmentMean
    SparseSegmentMeanGrad SparseSegmentMeanGradV2 SparseSegmentMeanWithNumSegments
    SparseSegmentSqrtN SparseSegmentSqrtNGrad SparseSegmentSqrtNGradV2
    SparseSegmentSqrtNWithNumSegments SparseSegmentSum SparseSegmentSumGrad
    SparseSegmentSumGradV2 SparseSegmentSumWithNumSegments Sum TopK TopKV2 UnsortedSegmentMax
    UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum
"""

_MOVING_DATA = """
    AdjustContrastv2 AdjustHue AdjustSaturation BatchToSpace BatchToSpaceND Bitcast
    BroadcastArgs BroadcastGradientArgs BroadcastTo Bucketize Concat ConcatOffset ConcatV2
    ConjugateTranspose Const CropAndResize CropAndResizeGradBoxes CropAndResizeGradImage Cross
    DataFormatDimMap DataFormatVecPermute DeepCopy DepthToSpace Diag DiagPart DynamicPartition
    DynamicStitch Empty EnsureShape ExpandDims ExtractImagePatches ExtractVolumePatches Fill
    Gather GatherNd GatherV2 GuaranteeConst HSVToRGB Identity IdentityN
    ImageProjectiveTransformV2 ImageProjectiveTransformV3 InplaceAdd InplaceSub InplaceUpdate
    InvertPermutation LinSpace ListDiff LowerBound MatrixBandPart MatrixDiag MatrixDiagPart
    MatrixDiagPartV2 MatrixDiagPartV3 MatrixDiagV2 MatrixDiagV3 MatrixSetDiag MatrixSetDiagV2
    MatrixSetDiagV3 MirrorPad MirrorPadGrad OneHot OnesLike OptionalFromValue OptionalGetValue
    OptionalHasValue OptionalNone Pack Pad PadV2 ParallelConcat ParallelDynamicStitch
    Placeholder PlaceholderWithDefault PreventGradient RGBToHSV RaggedGather RaggedRange
    RaggedTensorFromVariant RaggedTensorToSparse RaggedTensorToTensor RaggedTensorToVariant
    RaggedTensorToVariantGradient Range Rank Reshape ResizeArea ResizeBicubic ResizeBicubicGrad
    ResizeBilinear ResizeBilinearGrad ResizeNearestNeighbor ResizeNearestNeighborGrad Reverse
    ReverseSequence ReverseV2 Roll ScaleAndTranslate ScaleAndTranslateGrad ScatterNd
    ScatterNdNonAliasingAdd Shape ShapeN Size Slice Snapshot SpaceToBatch SpaceToBatchND
    SpaceToDepth SparseConcat SparseFillEmptyRows SparseFillEmptyRowsGrad SparseReorder
    SparseReshape SparseSlice SparseSplit SparseToDense Split SplitV Squeeze StaticRegexReplace
    StopGradient StridedSlice StridedSliceGrad StringLower StringSplitV2 StringToHashBucketFast
    StringToHashBucketStrong StringUpper TensorScatterAdd TensorScatterMax TensorScatterMin
    TensorScatterSub TensorScatterUpdate TensorStridedSliceUpdate Tile TileGrad Transpose Unique
    UniqueV2 UniqueWithCounts UniqueWithCountsV2 Unpack UnravelIndex UpperBound Where ZerosLike
"""

_RANDOM = """
    AllCandidateSampler ComputeAccidentalHits FixedUnigramCandidateSampler
    LearnedUnigramCandidateSampler LogUniformCandidateSampler Multinomial
    ParameterizedTruncatedNormal RandomGamma RandomGammaGrad RandomIndexShuffle RandomPoisson
    RandomPoissonV2 RandomShuffle RandomStandardNormal RandomUniform RandomUniformInt
    RngReadAndSkip RngSkip StatefulRandomBinomial StatefulStandardNormal
    StatefulStandardNormalV2 StatefulTruncatedNormal StatefulUniform StatefulUniformFullInt
    StatefulUniformInt StatelessMultinomial StatelessParameterizedTruncatedNormal
    StatelessRandomBinomial StatelessRandomGammaV2 StatelessRandomGammaV3 StatelessRandomGetAlg
    StatelessRandomGetKeyCounter StatelessRandomGetKeyCounterAlg StatelessRandomNormal
    StatelessRandomNormalV2 StatelessRandomPoisson StatelessRandomUniform
    StatelessRandomUniformFullInt StatelessRandomUniformFullIntV2 StatelessRandomUniformInt
    StatelessRandomUniformIntV2 StatelessRandomUniformV2 StatelessSampleDistortedBoundingBox
    StatelessShuffle StatelessTruncatedNormal StatelessTruncatedNormalV2 TruncatedNormal
    UniformCandidateSampler
"""

_STATE = """
    Assert AssignAddVariableOp AssignSubVariableOp AssignVariableOp CollectiveAllToAllV2
    CollectiveAllToAllV3 CollectiveBcastRecv CollectiveBcastRecvV2 CollectiveBcastSend
    CollectiveBcastSendV2 CollectiveGather CollectiveGatherV2 CollectiveInitializeCommunicator
    CollectiveReduce CollectiveReduceScatterV2 CollectiveReduceV2 CollectiveReduceV3
    ControlTrigger DestroyResourceOp DisableCopyOnRead EmptyTensorList EmptyTensorMap FakeParam
    IsVariableInitialized LookupTableFindV2 LookupTableImportV2 LookupTableInsertV2
    LookupTableSizeV2 NcclAllReduce NcclBroadcast NcclReduce NoOp Print PrintV2 ReadVariableOp
    ResourceApplyAdaMax ResourceApplyAdadelta ResourceApplyAdagrad ResourceApplyAdagradV2
    ResourceApplyAdam ResourceApplyAdamWithAmsgrad ResourceApplyAddSign
    ResourceApplyCenteredRMSProp ResourceApplyFtrl ResourceApplyFtrlV2
    ResourceApplyGradientDescent ResourceApplyKerasMomentum ResourceApplyMomentum
    ResourceApplyPowerSign ResourceApplyProximalAdagrad ResourceApplyProximalGradientDescent
    ResourceApplyRMSProp ResourceGather ResourceGatherNd ResourceScatterAdd ResourceScatterDiv
    ResourceScatterMax ResourceScatterMin ResourceScatterMul ResourceScatterNdAdd
    ResourceScatterNdSub ResourceScatterNdUpdate ResourceScatterSub ResourceScatterUpdate
    ResourceSparseApplyAdagrad ResourceSparseApplyAdagradV2 ResourceSparseApplyFtrlV2
    ResourceSparseApplyMomentum ResourceSparseApplyRMSProp ResourceStridedSliceAssign
    TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayGradV3
    TensorArrayReadV3 TensorArrayScatterV3 TensorArraySizeV3 TensorArraySplitV3 TensorArrayV3
    TensorArrayWriteV3 TensorListConcat TensorListConcatLists TensorListConcatV2
    TensorListElementShape TensorListFromTensor TensorListGather TensorListGetItem
    TensorListLength TensorListPopBack TensorListPushBack TensorListPushBackBatch
    TensorListReserve TensorListResize TensorListScatter TensorListScatterIntoExistingList
    TensorListScatterV2 TensorListSetItem TensorListSplit TensorListStack Timestamp VarHandleOp
    VarIsInitializedOp VariableShape WriteHistogramSummary WriteImageSummary
    WriteRawProtoSummary WriteScalarSummary WriteSummary
"""

_TRANSFORMS = "FFT FFT2D FFT3D FFTND IFFT IFFT2D IFFT3D IFFTND IRFFT IRFFT2D RFFT RFFT2D"

FREE_OPS = frozenset(
    " ".join((_ELEMENTWISE, _REDUCTIONS, _MOVING_DATA, _RANDOM, _STATE, _TRANSFORMS)).split()
)
"""Types of operations that multiply no matrices."""

_FOR_EACH_OUTPUT = frozenset(_ELEMENTWISE.split())
_FOR_EACH_INPUT = frozenset(_REDUCTIONS.split())
_FOURIER = frozenset(_TRANSFORMS.split())
_NO_WORK = frozenset({"Cast", "CheckNumerics", "CheckNumericsV2", "Select", "SelectV2"})

_FUSED: Mapping[str, int] = MappingProxyType(
    {
        "Softmax": 5,
        "LogSoftmax": 5,
        "SoftmaxCrossEntropyWithLogits": 8,
        "SparseSoftmaxCrossEntropyWithLogits": 8,
        **{f"FusedBatchNorm{version}": 8 for version in ("", "V2", "V3")},
        **{f"FusedBatchNormGrad{version}": 8 for version in ("", "V2", "V3")},
    }
)
"""Steps for each element of operations that do several at once, such as the greatest, difference,
exponential, sum and quotient of a softmax."""


def elementwise_flops(op: Any) -> int | None:
    """Return the FLOPs of an operation that multiplies no matrices.

    One for each element of the output of an elementwise operation, whichever it is; one for each
    element that a reduction reads; 5 n log2(n) for a Fourier transform of n numbers. Only floating
    and complex numbers count. Moving, casting, selecting and drawing numbers costs nothing.

    Returns:
        The FLOPs; None if they hang on a shape that isn't known.
    """
    kind = op.type
    if kind in _FUSED:
        return _numbers(op.inputs[0], steps=_FUSED[kind])
    if kind in _FOR_EACH_OUTPUT and kind not in _NO_WORK:
        return _numbers(op.outputs[0], steps=max(len(op.inputs) - 1, 1) if kind == "AddN" else 1)
    if kind in _FOR_EACH_INPUT:
        if "Pool" in kind and "ksize" in op.node_def.attr:
            # Each element of the pooled side is made from a window.
            pooled = op.inputs[-1] if "Grad" in kind else op.outputs[0]
            return _numbers(pooled, steps=math.prod(op.get_attr("ksize")))
        return _numbers(op.inputs[0])
    return _fourier_flops(op) if kind in _FOURIER else 0


def _fourier_flops(op: Any) -> int | None:
    """Return 5 n log2(n) for each transform, over its innermost axes."""
    n_axes = 3 if "3D" in op.type else 2 if "2D" in op.type else 1
    before, after = _numbers(op.inputs[0]), _numbers(op.outputs[0])
    if before is None or after is None:
        return None
    # Of a transform of real numbers, half is left out on one of its sides.
    whole = op.inputs[0] if before >= after else op.outputs[0]
    points = math.prod(whole.shape[-n_axes:])
    return round(5 * max(before, after) * math.log2(max(points, 1)))


def _numbers(tensor: Any, *, steps: int = 1) -> int | None:
    """Return how many floating or complex numbers a tensor holds, times `steps`, or None."""
    if not (tensor.dtype.is_floating or tensor.dtype.is_complex):
        return 0
    numbers: int | None = tensor.shape.num_elements()
    return None if numbers is None else steps * numbers
