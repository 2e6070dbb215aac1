"""The table of the vocabulary: basic, open and refused names by kind. Data only; `vocabulary` interprets it."""

from __future__ import annotations

from autograder.language import gettext_noop

KINDS: dict[str, str] = {
    gettext_noop("creation"): """
        tensor as_tensor asarray from_numpy from_dlpack frombuffer scalar_tensor zeros ones empty full zeros_like
        ones_like empty_like full_like empty_strided arange range linspace logspace eye new new_tensor new_zeros
        new_ones new_empty new_full new_empty_strided complex polar clone copy fill zero tril_indices triu_indices
        meshgrid cartesian_prod combinations vander sparse_coo_tensor""",
    gettext_noop("arithmetic and elementary functions"): """
        add sub subtract rsub mul multiply div divide true_divide floor_divide remainder fmod pow float_power square
        sqrt rsqrt exp exp2 expm1 log log2 log10 log1p abs absolute neg negative positive sign sgn signbit
        reciprocal floor ceil round trunc fix frac clamp clip clamp_min clamp_max maximum minimum fmax fmin addcmul
        addcdiv lerp erf erfc erfinv lgamma sin cos tan asin acos atan arcsin arccos arctan atan2 arctan2 sinh cosh
        asinh acosh atanh arcsinh arccosh arctanh hypot ldexp frexp copysign nextafter gcd lcm heaviside sinc
        deg2rad rad2deg nan_to_num xlogy logaddexp logaddexp2 logical_and logical_or logical_not logical_xor
        bitwise_and bitwise_or bitwise_not bitwise_xor bitwise_left_shift bitwise_right_shift angle real imag conj
        conj_physical resolve_conj resolve_neg""",
    gettext_noop("comparison"): """
        eq ne lt le gt ge greater greater_equal less less_equal not_equal equal allclose isclose isin isnan isinf
        isfinite isposinf isneginf isreal is_nonzero is_same_size""",
    gettext_noop("indexing and masking"): """
        where gather scatter scatter_add scatter_reduce index_select index_add index_copy index_fill index_put
        index_reduce masked_fill masked_select masked_scatter take take_along_dim put nonzero argwhere select narrow
        slice_scatter select_scatter diagonal_scatter fill_diagonal searchsorted bucketize bincount histc
        unravel_index""",
    gettext_noop("reductions"): """
        sum nansum mean nanmean prod max min amax amin aminmax argmax argmin median nanmedian mode std var std_mean
        var_mean any all count_nonzero cumsum cumprod cummax cummin trapezoid trapz cumulative_trapezoid quantile
        nanquantile diff trace sum_to_size""",
    gettext_noop("products"): """
        matmul mm bmm mv dot vdot inner outer ger kron einsum tensordot addmm addmv addbmm baddbmm addr chain_matmul
        spmm multi_dot vecdot matrix_power cross inverse inv solve det""",
    gettext_noop("shapes"): """
        reshape reshape_as view view_as flatten unflatten ravel squeeze unsqueeze transpose t permute movedim
        moveaxis swapaxes swapdims adjoint cat concat concatenate stack hstack vstack dstack column_stack row_stack
        split split_with_sizes chunk tensor_split hsplit vsplit dsplit unbind tile repeat repeat_interleave expand
        expand_as broadcast_to broadcast_tensors broadcast_shapes flip fliplr flipud roll rot90 as_strided
        contiguous atleast_1d atleast_2d atleast_3d block_diag diag diagonal diag_embed diagflat tril triu
        view_as_real view_as_complex size dim ndimension numel nelement stride storage_offset is_contiguous resize
        resize_as set constant_pad_nd""",
    gettext_noop("sorting"): "sort argsort msort topk kthvalue unique unique_consecutive",
    gettext_noop("random draws"): """
        rand randn randint randperm rand_like randn_like randint_like bernoulli multinomial normal poisson uniform
        random exponential geometric cauchy log_normal manual_seed seed initial_seed get_rng_state set_rng_state
        default_generator""",
    gettext_noop("types and conversion"): """
        to type type_as float double half bfloat16 int long short char byte bool cfloat cdouble item tolist numpy
        cpu cuda data_ptr untyped_storage storage element_size is_floating_point is_complex is_signed is_conj is_neg
        is_tensor is_storage result_type promote_types can_cast get_default_dtype set_default_dtype get_device
        get_default_device pin_memory is_pinned is_shared is_set_to set_printoptions apply map finfo iinfo typename
        dim_order dense_dim sparse_dim coalesce is_coalesced indices values to_dense to_sparse to_sparse_coo
        sparse_mask as_subclass""",
    gettext_noop("autograd"): """
        no_grad enable_grad set_grad_enabled is_grad_enabled inference_mode is_inference is_inference_mode_enabled
        detach requires_grad requires_grad_ backward register_hook register_post_accumulate_grad_hook retain_grad
        vmap grad""",
}
"""Basic functions and methods of tensors, by kind: `add` stands for torch.add, Tensor.add and Tensor.add_."""

CONSTANTS = frozenset(
    """
    Tensor Size Generator device dtype layout memory_format finfo iinfo inf nan pi e newaxis strided sparse_coo
    contiguous_format preserve_format channels_last channels_last_3d FloatTensor DoubleTensor HalfTensor LongTensor
    IntTensor ShortTensor ByteTensor CharTensor BoolTensor bit complex32 complex64 complex128 float16 float32
    float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 chalf version __version__ __name__ __doc__
    torch_version return_types
    """.split()
)
"""Classes, types and constants of torch that compute nothing."""

ATTRIBUTES = frozenset(
    """
    H T mH mT data device dtype grad grad_fn grad_dtype is_cpu is_cuda is_leaf is_meta is_sparse is_sparse_csr
    is_quantized is_nested is_mkldnn is_mps is_xpu is_xla is_ipu is_vulkan is_mtia is_maia itemsize layout name
    names nbytes ndim output_nr requires_grad retains_grad shape volatile real imag
    """.split()
)
"""Attributes of tensors."""

OPEN = (
    "torch.autograd torch.func torch.random torch.types torch.return_types torch.cuda torch.mps torch.xpu "
    "torch.backends torch.version torch.testing torch.utils.data torch.torch_version torch.nn.parameter "
    "torch.nn.modules.module torch.nn.modules.container torch.nn.init"
).split()
"""Namespaces of torch in which every name is allowed."""
NOT_OPEN = (
    "torch.autograd.profiler",
    "torch.autograd.profiler_legacy",
    "torch.autograd.graph",
    "torch.autograd.anomaly_mode",
)
"""Names inside these namespaces that are not allowed."""

LISTED = frozenset(
    [
        *(
            f"torch.nn.{name}"
            for name in "Module Parameter Buffer ModuleList ModuleDict ParameterList ParameterDict".split()
        ),
        *(f"torch.nn.{name}" for name in "Sequential Identity Flatten Unflatten UninitializedParameter".split()),
        *("torch.nn", "torch.nn.functional", "torch.nn.functional.pad", "torch.nn.modules", "torch.utils"),
        *("torch.linalg", "torch.special", "torch.sparse", "torch.sparse.mm", "torch.sparse.sum", "torch.sparse.addmm"),
    ]
)
"""Further allowed names: containers of weights that compute nothing, and modules that contain allowed names."""

NUMPY = """
    array True_ False_ single half longlong byte ubyte short ushort uintc datetime64 timedelta64 ndarray generic
    number integer floating newaxis pi e inf nan euler_gamma bool_ int_ float_ intp intc uint int float16 float32
    float64 float128 longdouble complex64 complex128 complexfloating signedinteger unsignedinteger str_ object_ void
    dtype errstate seterr geterr printoptions set_printoptions isscalar iterable ndim shape size result_type
    promote_types can_cast min_scalar_type issubdtype astype ascontiguousarray asfortranarray asanyarray require
    copyto copy fromiter fromfunction fromstring identity indices ogrid mgrid ix_ r_ c_ s_ index_exp geomspace
    shares_memory may_share_memory byte_bounds isfortran transpose ravel_multi_index unravel_index expand_dims
    squeeze array_split delete insert append resize pad choose compress extract place putmask put_along_axis
    flatnonzero diag_indices tril_indices_from triu_indices_from nditer ndenumerate ndindex nested_iters vectorize
    frompyfunc apply_along_axis apply_over_axes piecewise invert left_shift right_shift power float_power fabs rint
    cbrt modf divmod mod matvec vecmat ptp average nancumsum nancumprod nanmax nanmin nanargmax nanargmin nanstd
    nanvar nanprod ediff1d lexsort partition argpartition sort_complex digitize histogram histogram2d intersect1d
    union1d setdiff1d setxor1d in1d unique_counts unique_values unique_inverse unique_all isnat array_equal
    array_equiv alltrue sometrue around block broadcast ufunc nanpercentile percentile permute_dims matrix_transpose
    bitwise_invert degrees radians binary_repr base_repr array2string array_repr array_str ones_like logical_reduce
    linspace bitwise_count spacing isrealobj iscomplexobj iscomplex mintypecode typename info get_printoptions
    trim_zeros
"""
"""NumPy's functions of the same kinds with other names than in torch."""
NUMPY_OPEN = ("numpy.random", "numpy.typing", "numpy.dtypes", "numpy.exceptions", "numpy.testing", "numpy.version")
NUMPY_LISTED = frozenset(
    "numpy.linalg numpy.lib numpy.lib.stride_tricks numpy.core numpy.lib.stride_tricks.as_strided".split()
)

MODULES = frozenset(
    """
    math cmath itertools functools collections dataclasses typing types random operator numbers enum abc copy string
    re warnings time datetime statistics fractions decimal bisect heapq contextlib inspect sys gc os io logging
    pprint textwrap traceback json uuid secrets hashlib struct array builtins reprlib keyword pathlib
    typing_extensions tqdm IPython PIL matplotlib __future__ doctest unittest timeit platform zlib base64 csv
    tempfile atexit signal
    """.split()
)
"""Other allowed modules, which correct solutions commonly use."""

MATHS = ("math", "cmath")
MATHS_REFUSED = frozenset(("tanh", "dist"))
"""Activations and distances in Python's own math modules, which are refused."""

CALCULATING = ("torch", "torch.functional", "torch.nn.modules", "numpy", "numpy.linalg", "math", "cmath")

REFUSED: dict[str, tuple[str, str]] = {
    "torch.nn": ("layers and activations, ready made", "现成的层与激活函数"),
    "torch.nn.functional": (
        "activations, softmaxes, losses, distances, pools, convolutions, ready made",
        "现成的激活函数、softmax、损失、距离、池化、卷积",
    ),
    "torch.nn.utils": ("clipping, packing and padding, ready made", "现成的裁剪、打包与填充"),
    "torch.optim": ("optimizers", "优化器"),
    "torch.special": ("special functions", "特殊函数"),
    "torch.distributions": ("distributions, their losses and transforms", "概率分布及其损失与变换"),
    "torch.linalg": ("norms and factorizations", "范数与矩阵分解"),
    "torch.fft": ("Fourier transforms", "傅里叶变换"),
    "torch.jit": ("compiled code, in which calls cannot be seen", "编译的代码，其中的调用无法看到"),
    "torch.library": ("operators of one's own, in which calls cannot be seen", "自定义算子，其中的调用无法看到"),
    "torch.ops": ("torch's operators under their inner names", "以内部名称调用的 torch 算子"),
    "scipy": ("all that NumPy does not have", "NumPy 没有的一切"),
    "sklearn": ("learning, ready made", "现成的机器学习"),
}
"""Refused names, listed for the docs with a description; any name not in the tables above is refused as well."""

INNER = frozenset(
    """
    asstrided emptypermuted tocopy localscalardense localscalar reshapealias unsafeview unsafesplit unsafechunk
    unsafesplitwithsizes unsafeindex unsafeindexput unsafemaskedindex unsafemaskedindexputaccumulate indexputimpl
    liftfresh liftfreshcopy lift alias slice selectbackward slicebackward sliceinverse asstridedscatter
    indexselectbackward maskedselectbackward valueselectingreductionbackward evenlydistributebackward unfoldbackward
    tracebackward diagonalbackward gatherbackward newzeroswithsamefeaturemeta hassamestoragenumel setdata version
    isleaf sumtosize sparsecootensorunsafe sparsecootensorwithdims sparsecootensorwithdimsandtensors
    validatesparsecootensorargs validatesparsecootensor dimi dimv nnz coalesced indices values coalesce coalescein
    resizeassparse sparseresize sparseresizeandclear sparsesum sparsesumbackward sparsemm sparseaddmm
    sparsesparsematmul sparsemaskhelper sparsemaskprojection todense todensebackward tosparse tocpu pinmemory
    toshared convertindicesfromcsrtocoo aminmax unique2 uniquedim sortstable cumsum cumprod cumprodbackward
    cummaxhelper cumminhelper prodbackward varmean stdmean addrelu chunkcat stack cat dimarange conj conjphysical
    neg negview resolveconj resolveneg matmulbackward standardgamma standardgammagrad einsum trilinear
    sumproductpair addmmimpl mkldnntranspose assertasync assertscalar assert functionalassertasync
    functionalassertscalar makedualcopy makedual unpackdual fwprimal detach detachcopy viewcopy isallall isanytrue
    isalltrue isany aliascopy nestedtensorsize amaxbackward linalgcheckerrors linalgdet linalgslogdet linalginvex
    linalginv linalgsolveex linalgsolve linalgmultidot linalgmatrixpower linalgvecdot linalgcross linalgdiagonal
    linalgmatmul lusolve linalglufactor linalglufactorex linalglusolve linalglu logaddexpbackward sspaddmm
    histogramddbinedges rot90 resizeoutput resize uniform squeezemultiple toview batchtensor addbatchdim
    removebatchdim meta copyfrom fillmemeff item isnonzero equal sizes symsize symstride symnumel symstorageoffset
    symisnonoverlapping asserttensormetadata cummaxminbackward index matrixh mh mt numpyt nonzeronumpy nonzerostatic
    normalfunctional pad reflectionpad1d reflectionpad2d reflectionpad3d replicationpad1d replicationpad2d
    replicationpad3d padcircular padenum data outputnr retainsgrad isdistributed recordstream iszerotensor
    efficientzerotensor lazyclone shapeastensor convertindicesfromcootocsr gathersparsebackward
    debughasinternaloverlap castbyte castchar castdouble castfloat casthalf castint castlong castshort
    symconstrainrange hascompatibleshallowcopytype uniquedimconsecutive luunpack trapezoid trapz cumulativetrapezoid
    tosparsecsr tosparsecsc tosparsebsr tosparsebsc sparsebroadcastto spdiags colindices crowindices
    copysparsetosparse digamma densedim sparsedim iscoalesced conjphysicalcopy
    """.split()
)
"""Internal operations of torch that implement the operations above, as plain names."""

_BATCH_NORM = "batchnormimplindex batchnormimplindexbackward nativebatchnorm nativebatchnormbackward"
_CONVOLUTIONS = "conv1d conv2d conv3d convtranspose1d convtranspose2d convtranspose3d"
_CONVOLUTION = (
    "convolution convolutionbackward mkldnnconvolution mkldnnconvolutionbackward slowconv2dforward thnnconv2d"
)
_NLL_LOSS = "nlllossforward nlllossnd nllloss2d nllloss2dforward nlllossbackward nllloss2dbackward"
_CELL = "linear sigmoid sigmoidbackward tanh tanhbackward"
MADE_OF: dict[str, frozenset[str]] = {
    name: frozenset(made.split())
    for name, made in {
        "norm": "linalgvectornorm frobeniusnorm nativenorm linalgnorm linalgmatrixnorm",
        "vectornorm": "linalgvectornorm norm",
        "linear": "linear addmm",
        "unfold": "im2col col2im",
        "logsoftmax": "logsoftmax logsoftmaxbackwarddata",
        "softmax": "softmax softmaxbackwarddata safesoftmax",
        "normalize": "linalgvectornorm norm",
        "cosinesimilarity": "linalgvectornorm norm",
        "crossentropy": f"crossentropyloss nllloss logsoftmax logsoftmaxbackwarddata {_NLL_LOSS}",
        "cdist": "cdistforward euclideandist cdistbackward",
        "scaleddotproductattention": "scaleddotproductattentionmath scaleddotproductflashattentionforcpu softmax "
        "safesoftmax scaleddotproductflashattentionforcpubackward softmaxbackwarddata fusedsdpchoice",
        "batchnorm": _BATCH_NORM,
        "instancenorm": f"batchnorm {_BATCH_NORM}",
        "rmsnorm": "fusedrmsnorm fusedrmsnormbackward",
        **dict.fromkeys(_CONVOLUTIONS.split(), _CONVOLUTION),
        **{f"maxpool{n}d": f"maxpool{n}dwithindices maxpool{n}dwithindicesbackward" for n in (1, 2, 3)},
        "embedding": "embeddingdensebackward embeddingsparsebackward",
        "nllloss": _NLL_LOSS,
        "binarycrossentropywithlogits": "logsigmoid logsigmoidforward logsigmoidbackward sigmoid sigmoidbackward",
        "interpolate": " ".join(
            f"upsample{kind} upsample{kind}backward"
            for kind in "nearest1d nearest2d nearest3d linear1d bilinear2d trilinear3d bicubic2d".split()
        ),
        "clipgradnorm": "foreachmul foreachnorm linalgvectornorm",
        **dict.fromkeys("grucell lstmcell rnntanhcell".split(), _CELL),
    }.items()
}
"""The dispatcher's operations that implement an operation, by the plain name of the operation."""

METHODS_REFUSED = frozenset(
    name.replace("_", "")
    for name in """
    softmax log_softmax sigmoid tanh relu logsumexp logcumsumexp norm renorm unfold dist cov corrcoef hardshrink
    prelu logit cholesky istft stft pinverse svd lu slogdet logdet digamma polygamma igamma igammac mvlgamma i0
    matrix_exp histogram
    """.split()
)
"""Methods of tensors that are not basic and whose names are unambiguous: refused in static analysis on any object."""
