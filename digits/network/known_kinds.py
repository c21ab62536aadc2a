"""The classes of Keras that a model file may name: known to run no code and to read no file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Models, and what configurations are written with.
_MODELS = """
    Functional Model Sequential InputLayer DTypePolicy FloatDTypePolicy DTypePolicyMap
    __keras_tensor__ __tuple__
"""
_LAYERS = """
    Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average
    AveragePooling1D AveragePooling2D AvgPool1D AvgPool2D BatchNormalization Bidirectional
    CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose ConvLSTM1D
    Convolution1D Convolution2D Convolution2DTranspose Cropping1D Cropping2D Dense
    DepthwiseConv1D DepthwiseConv2D Dot Dropout EinsumDense ELU Flatten GaussianDropout
    GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAvgPool1D GlobalAvgPool2D
    GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPooling1D GlobalMaxPooling2D GroupNormalization GRU
    GRUCell Identity LayerNormalization LeakyReLU LSTM LSTMCell Masking Maximum MaxPool1D
    MaxPool2D MaxPooling1D MaxPooling2D Minimum MultiHeadAttention Multiply Normalization
    Permute PReLU RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation
    RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape Resizing RMSNormalization
    RNN SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D SimpleRNN
    SimpleRNNCell Softmax SpatialDropout1D SpatialDropout2D SpectralNormalization
    StackedRNNCells Subtract TimeDistributed UnitNormalization UpSampling1D UpSampling2D
    ZeroPadding1D ZeroPadding2D
"""
# How weights begin, and what holds them back.
_WEIGHTS_OF_LAYERS = """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform IdentityInitializer LecunNormal
    LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform
    TruncatedNormal VarianceScaling Zeros L1 L1L2 L2 OrthogonalRegularizer MaxNorm MinMaxNorm
    NonNeg UnitNorm
"""
# What `x / 255` or `keras.ops.mean(x)` leave in a functional model.
_OPERATIONS = """
    Absolute Clip Divide Exp ExpandDims Log Matmul Max Mean Min Negative Power Relu Relu6 Sigmoid
    Sqrt Square Squeeze Sum Tanh Transpose TrueDivide
"""
KNOWN_KINDS = frozenset(f"{_MODELS}{_LAYERS}{_WEIGHTS_OF_LAYERS}{_OPERATIONS}".split())


def kinds_in(config: Any) -> Iterator[str]:
    """The classes that Keras would make for a part of a configuration, and modules of others."""
    pending = [config]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            pending.extend(part.values())
            if "class_name" in part:
                yield str(part["class_name"])
            module = part.get("module") or "keras"
            if str(module).split(".")[0] != "keras":
                yield str(module)
        elif isinstance(part, list):
            pending.extend(part)


def are_known(config: Any) -> bool:
    """Whether all that Keras would make is known to be harmless."""
    return all(kind in KNOWN_KINDS for kind in kinds_in(config))
