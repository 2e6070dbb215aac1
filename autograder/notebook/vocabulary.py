"""The vocabulary: the operations that an exercise may be written with, as plain names.

One table for all who ask: reading the code (`rules`), the watch in the jail, `autograder check`, the audit, the docs.
An exercise adds to it with `also` and takes from it with `without`, by dotted names such as `torch.sigmoid`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

ALL = "*"
"""In `also`: everything may be called, and nothing is watched."""

KINDS: dict[str, str] = {
    "creation": """
        tensor as_tensor asarray from_numpy from_dlpack frombuffer scalar_tensor zeros ones empty full zeros_like ones_like
        empty_like full_like empty_strided arange range linspace logspace eye new new_tensor new_zeros new_ones new_empty
        new_full new_empty_strided complex polar clone copy fill zero tril_indices triu_indices meshgrid cartesian_prod
        combinations vander sparse_coo_tensor""",
    "arithmetic and elementary functions": """
        add sub subtract rsub mul multiply div divide true_divide floor_divide remainder fmod pow float_power square sqrt
        rsqrt exp exp2 expm1 log log2 log10 log1p abs absolute neg negative positive sign sgn signbit reciprocal floor ceil
        round trunc fix frac clamp clip clamp_min clamp_max maximum minimum fmax fmin addcmul addcdiv lerp erf erfc erfinv
        lgamma sin cos tan asin acos atan arcsin arccos arctan atan2 arctan2 sinh cosh asinh acosh atanh arcsinh arccosh
        arctanh hypot ldexp frexp copysign nextafter gcd lcm heaviside sinc deg2rad rad2deg nan_to_num xlogy logaddexp
        logaddexp2 logical_and logical_or logical_not logical_xor bitwise_and bitwise_or bitwise_not bitwise_xor
        bitwise_left_shift bitwise_right_shift angle real imag conj conj_physical resolve_conj resolve_neg""",
    "comparison": """
        eq ne lt le gt ge greater greater_equal less less_equal not_equal equal allclose isclose isin isnan isinf isfinite
        isposinf isneginf isreal is_nonzero is_same_size""",
    "indexing and masking": """
        where gather scatter scatter_add scatter_reduce index_select index_add index_copy index_fill index_put index_reduce
        masked_fill masked_select masked_scatter take take_along_dim put nonzero argwhere select narrow slice_scatter
        select_scatter diagonal_scatter fill_diagonal searchsorted bucketize bincount histc unravel_index""",
    "reductions": """
        sum nansum mean nanmean prod max min amax amin aminmax argmax argmin median nanmedian mode std var std_mean var_mean
        any all count_nonzero cumsum cumprod cummax cummin trapezoid trapz cumulative_trapezoid quantile nanquantile diff trace sum_to_size""",
    "products": """
        matmul mm bmm mv dot vdot inner outer ger kron einsum tensordot addmm addmv addbmm baddbmm addr chain_matmul spmm
        multi_dot vecdot matrix_power cross inverse inv solve det""",
    "shapes": """
        reshape reshape_as view view_as flatten unflatten ravel squeeze unsqueeze transpose t permute movedim moveaxis
        swapaxes swapdims adjoint cat concat concatenate stack hstack vstack dstack column_stack row_stack split
        split_with_sizes chunk tensor_split hsplit vsplit dsplit unbind tile repeat repeat_interleave expand expand_as
        broadcast_to broadcast_tensors broadcast_shapes flip fliplr flipud roll rot90 as_strided contiguous atleast_1d
        atleast_2d atleast_3d block_diag diag diagonal diag_embed diagflat tril triu view_as_real view_as_complex size dim
        ndimension numel nelement stride storage_offset is_contiguous resize resize_as set constant_pad_nd""",
    "sorting": "sort argsort msort topk kthvalue unique unique_consecutive",
    "random draws": """
        rand randn randint randperm rand_like randn_like randint_like bernoulli multinomial normal poisson uniform random
        exponential geometric cauchy log_normal manual_seed seed initial_seed get_rng_state set_rng_state
        default_generator""",
    "types and conversion": """
        to type type_as float double half bfloat16 int long short char byte bool cfloat cdouble item tolist numpy cpu cuda
        data_ptr untyped_storage storage element_size is_floating_point is_complex is_signed is_conj is_neg is_tensor
        is_storage result_type promote_types can_cast get_default_dtype set_default_dtype get_device get_default_device
        pin_memory is_pinned is_shared is_set_to set_printoptions apply map finfo iinfo typename dim_order dense_dim
        sparse_dim coalesce is_coalesced indices values to_dense to_sparse to_sparse_coo sparse_mask as_subclass""",
    "autograd": """
        no_grad enable_grad set_grad_enabled is_grad_enabled inference_mode is_inference is_inference_mode_enabled detach
        requires_grad requires_grad_ backward register_hook register_post_accumulate_grad_hook retain_grad vmap grad""",
}
"""By kind, the names of functions and of methods of tensors: `add` stands for torch.add, Tensor.add and Tensor.add_."""

CONSTANTS = frozenset(
    """
    Tensor Size Generator device dtype layout memory_format finfo iinfo inf nan pi e newaxis strided sparse_coo
    contiguous_format preserve_format channels_last channels_last_3d FloatTensor DoubleTensor HalfTensor LongTensor
    IntTensor ShortTensor ByteTensor CharTensor BoolTensor bit complex32 complex64 complex128 float16 float32 float64
    int8 int16 int32 int64 uint8 uint16 uint32 uint64 chalf version __version__ __name__ __doc__ torch_version return_types
    """.split()
)
"""Classes, types and numbers of torch that compute nothing."""

ATTRIBUTES = frozenset(
    """
    H T mH mT data device dtype grad grad_fn grad_dtype is_cpu is_cuda is_leaf is_meta is_sparse is_sparse_csr
    is_quantized is_nested is_mkldnn is_mps is_xpu is_xla is_ipu is_vulkan is_mtia is_maia itemsize layout name names nbytes
    ndim output_nr requires_grad retains_grad shape volatile real imag
    """.split()
)
"""Attributes of tensors."""

OPEN = (
    "torch.autograd torch.func torch.random torch.types torch.return_types torch.cuda torch.mps torch.xpu torch.backends "
    "torch.version torch.testing torch.utils.data torch.torch_version torch.nn.parameter torch.nn.modules.module "
    "torch.nn.modules.container torch.nn.init"
).split()
"""Parts of torch in which everything may be used."""
NOT_OPEN = (
    "torch.autograd.profiler",
    "torch.autograd.profiler_legacy",
    "torch.autograd.graph",
    "torch.autograd.anomaly_mode",
)
"""And what may not, inside of those."""

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
"""Single names beside the kinds: what holds weights and computes nothing, and modules on the way to allowed names."""

_NUMPY = """
    array ndarray generic number integer floating newaxis pi e inf nan euler_gamma bool_ int_ float_ intp intc uint int
    float16 float32 float64 float128 longdouble complex64 complex128 complexfloating signedinteger unsignedinteger str_
    object_ void dtype errstate seterr geterr printoptions set_printoptions isscalar iterable ndim shape size result_type
    promote_types can_cast min_scalar_type issubdtype astype ascontiguousarray asfortranarray asanyarray require copyto
    copy fromiter fromfunction fromstring identity indices ogrid mgrid ix_ r_ c_ s_ index_exp geomspace shares_memory
    may_share_memory byte_bounds isfortran transpose ravel_multi_index unravel_index expand_dims squeeze array_split
    delete insert append resize pad choose compress extract place putmask put_along_axis flatnonzero diag_indices
    tril_indices_from triu_indices_from nditer ndenumerate ndindex nested_iters vectorize frompyfunc apply_along_axis
    apply_over_axes piecewise invert left_shift right_shift power float_power fabs rint cbrt modf divmod mod matvec
    vecmat ptp average nancumsum nancumprod nanmax nanmin nanargmax nanargmin nanstd nanvar nanprod ediff1d lexsort
    partition argpartition sort_complex digitize histogram histogram2d intersect1d union1d setdiff1d setxor1d in1d
    unique_counts unique_values unique_inverse unique_all isnat array_equal array_equiv alltrue sometrue around block
    broadcast ufunc nanpercentile percentile permute_dims matrix_transpose bitwise_invert degrees radians binary_repr
    base_repr array2string array_repr array_str ones_like logical_reduce linspace bitwise_count spacing isrealobj
    iscomplexobj iscomplex mintypecode typename info get_printoptions trim_zeros
"""
"""What NumPy has of the same kinds under names of its own."""
NUMPY_OPEN = ("numpy.random", "numpy.typing", "numpy.dtypes", "numpy.exceptions", "numpy.testing", "numpy.version")
_NUMPY_LISTED = frozenset(
    "numpy.linalg numpy.lib numpy.lib.stride_tricks numpy.core numpy.lib.stride_tricks.as_strided".split()
)

MODULES = frozenset(
    """
    math cmath itertools functools collections dataclasses typing types random operator numbers enum abc copy string re
    warnings time datetime statistics fractions decimal bisect heapq contextlib inspect sys gc os io logging pprint textwrap
    traceback json uuid secrets hashlib struct array builtins reprlib keyword pathlib typing_extensions tqdm IPython PIL
    matplotlib __future__ doctest unittest timeit platform zlib base64 csv tempfile atexit signal
    """.split()
)
"""Other modules that may be used in what is graded: those that a right solution is ordinarily written with."""

_MATHS = ("math", "cmath")
_MATHS_REFUSED = frozenset(("tanh", "dist"))
"""What of Python's own mathematics is an activation or a distance."""

_MODULES_OF_CALCULATION = ("torch", "torch.functional", "torch.nn.modules", "numpy", "numpy.linalg", "math", "cmath")

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
"""What is refused, for the reader of the docs; whatever is not in the tables above is refused as well."""

INNER = frozenset(
    """
    asstrided emptypermuted tocopy localscalardense localscalar reshapealias unsafeview unsafesplit unsafechunk
    unsafesplitwithsizes unsafeindex unsafeindexput unsafemaskedindex unsafemaskedindexputaccumulate indexputimpl liftfresh
    liftfreshcopy lift alias slice selectbackward slicebackward sliceinverse asstridedscatter indexselectbackward
    maskedselectbackward valueselectingreductionbackward evenlydistributebackward unfoldbackward tracebackward
    diagonalbackward gatherbackward newzeroswithsamefeaturemeta hassamestoragenumel setdata version isleaf sumtosize
    sparsecootensorunsafe sparsecootensorwithdims sparsecootensorwithdimsandtensors validatesparsecootensorargs
    validatesparsecootensor dimi dimv nnz coalesced indices values coalesce coalescein resizeassparse sparseresize
    sparseresizeandclear sparsesum sparsesumbackward sparsemm sparseaddmm sparsesparsematmul sparsemaskhelper
    sparsemaskprojection todense todensebackward tosparse tocpu pinmemory toshared convertindicesfromcsrtocoo
    aminmax unique2 uniquedim sortstable cumsum cumprod cumprodbackward cummaxhelper cumminhelper prodbackward varmean
    stdmean addrelu chunkcat stack cat dimarange conj conjphysical neg negview resolveconj resolveneg matmulbackward
    standardgamma standardgammagrad einsum trilinear sumproductpair addmmimpl mkldnntranspose
    assertasync assertscalar assert functionalassertasync functionalassertscalar makedualcopy makedual unpackdual fwprimal
    detach detachcopy viewcopy isallall isanytrue isalltrue isany aliascopy nestedtensorsize amaxbackward
    linalgcheckerrors linalgdet linalgslogdet linalginvex linalginv linalgsolveex linalgsolve linalgmultidot
    linalgmatrixpower linalgvecdot linalgcross linalgdiagonal linalgmatmul lusolve linalglufactor linalglufactorex linalglusolve
    linalglu logaddexpbackward sspaddmm histogramddbinedges rot90 resizeoutput resize uniform 
    squeezemultiple toview batchtensor addbatchdim removebatchdim meta copyfrom
    fillmemeff item isnonzero equal sizes symsize symstride symnumel symstorageoffset symisnonoverlapping
    asserttensormetadata cummaxminbackward index matrixh mh mt numpyt nonzeronumpy nonzerostatic normalfunctional pad
    reflectionpad1d reflectionpad2d reflectionpad3d replicationpad1d replicationpad2d replicationpad3d padcircular padenum
    data outputnr retainsgrad isdistributed recordstream iszerotensor efficientzerotensor lazyclone shapeastensor
    convertindicesfromcootocsr gathersparsebackward debughasinternaloverlap castbyte castchar castdouble castfloat
    casthalf castint castlong castshort symconstrainrange hascompatibleshallowcopytype uniquedimconsecutive luunpack trapezoid trapz
    cumulativetrapezoid tosparsecsr tosparsecsc tosparsebsr tosparsebsc sparsebroadcastto spdiags
    colindices crowindices copysparsetosparse digamma densedim sparsedim iscoalesced conjphysicalcopy
    """.split()
)
"""Names of torch's inner operations (letters and digits alone) that the operations above are made of."""

_PLACES = (
    "torch.Tensor",
    "torch.nn.functional",
    "torch.special",
    "torch.linalg",
    "torch.functional",
    "torch.nn",
    "torch",
)
"""Where one operation has its names: torch.sigmoid, Tensor.sigmoid, nn.Sigmoid, the longest first."""


def plain(name: str) -> str:
    """One name for all forms of an operation: `log_softmax`, `log_softmax_` and `LogSoftmax` are `logsoftmax`."""
    return name.replace("_", "").lower()


_BASIC = frozenset(plain(name) for names in KINDS.values() for name in names.split())
_NUMPY_BASIC = _BASIC | {plain(name) for name in _NUMPY.split()}
_EVERYWHERE = ("torch.Tensor", "torch.linalg", "torch.functional", "torch")
"""Places in which a name of the kinds is allowed as it stands."""


@dataclass(frozen=True)
class Vocabulary:
    """What one exercise may call: the basic operations, what it adds, and what it takes away."""

    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether nothing is refused at all."""
        return ALL in self.also

    @cached_property
    def added(self) -> frozenset[str]:
        """The plain names of the operations that the exercise adds."""
        return frozenset(plain(name.rpartition(".")[2]) for name in self.also)

    @cached_property
    def taken(self) -> frozenset[str]:
        """The plain names of the operations that the exercise takes away."""
        return frozenset(plain(name.rpartition(".")[2]) for name in self.without)

    def allows(self, dotted: str) -> bool:
        """Whether code may name `dotted`, such as torch.nn.functional.softmax or scipy.special."""
        if self.everything:
            return True
        root = dotted.partition(".")[0]
        if root == "torch":
            return self._of_torch(dotted)
        if root == "numpy":
            return self._of_numpy(dotted)
        if root in _MATHS and plain(dotted.rpartition(".")[2]) in _MATHS_REFUSED - self.added:
            return False
        return root in MODULES or any(_within(dotted, name) for name in self.also)

    def _of_torch(self, dotted: str) -> bool:
        parts = dotted.split(".")[1:]
        if any(part.startswith("_") and not part.endswith("__") for part in parts):
            return False
        if any(_within(dotted, name) for name in self.without):
            return False
        if any(_within(dotted, name) for name in self.also):
            return True
        place, name = _place(dotted)
        if not name:
            return True
        if place in _PLACES and plain(name) in self.taken:
            return False
        if place in _PLACES and plain(name) in self.added:
            return True
        return _basic(dotted, place, name)

    def _of_numpy(self, dotted: str) -> bool:
        if any(_within(dotted, name) for name in self.also):
            return True
        parts = dotted.split(".")[1:]
        if any(part.startswith("_") and not part.endswith("__") for part in parts):
            return False
        if any(_within(dotted, name) for name in NUMPY_OPEN) or dotted in _NUMPY_LISTED or not parts:
            return True
        name = parts[1] if len(parts) > 1 and parts[0] == "linalg" else parts[0]
        if plain(name) in self.taken:
            return False
        return plain(name) in _NUMPY_BASIC or name in CONSTANTS

    def allows_method(self, name: str) -> bool:
        """Whether a method of a tensor may be called by that name; what is no method of tensors may be."""
        return self.everything or plain(name) not in METHODS_REFUSED - self.added | self.taken

    def allows_operation(self, name: str) -> bool:
        """Whether an operation of torch's dispatcher may run, by its name without overload: `aten::softmax`."""
        if self.everything:
            return True
        space, _, base = name.partition("::")
        short = plain(base)
        if short in self.taken:
            return False
        if space != "aten":
            return False
        if short in _BASIC or short in INNER or base.startswith("__"):
            return True
        return _basic_operation(base) or any(_made_of(short, added) for added in self.added)


def is_module(dotted: str) -> bool:
    """Whether a name is that of a module that has what calculates: one that is handed on may be called in any manner."""
    return dotted in _MODULES_OF_CALCULATION or dotted in REFUSED or dotted.startswith("scipy")


def _within(dotted: str, name: str) -> bool:
    """Whether `dotted` is `name`, or stands in it."""
    return dotted == name or dotted.startswith(f"{name}.")


@lru_cache(maxsize=4096)
def _place(dotted: str) -> tuple[str, str]:
    """The place of `_PLACES` that a name of torch's stands in, and its name there."""
    for place in _PLACES:
        if _within(dotted, place):
            return place, dotted[len(place) + 1 :].partition(".")[0]
    return "", dotted


@lru_cache(maxsize=4096)
def _basic(dotted: str, place: str, name: str) -> bool:
    if any(_within(dotted, part) for part in NOT_OPEN):
        return False
    if dotted in LISTED or any(_within(dotted, part) or _within(part, dotted) for part in OPEN):
        return True
    if any(_within(dotted, part) for part in LISTED if part.rpartition(".")[2][0].isupper()):
        return True  # nn.Module.forward
    if name.startswith("__") and name.endswith("__"):
        return True
    if place == "torch" and name in CONSTANTS:
        return True
    if place == "torch.Tensor" and name in ATTRIBUTES:
        return True
    return place in _EVERYWHERE and plain(name) in _BASIC


@lru_cache(maxsize=4096)
def _basic_operation(base: str) -> bool:
    """Whether a name of the dispatcher's is an inner form of a basic operation, such as _cumsum or sum_backward."""
    short = plain(base)
    for end in ("backward", "doublebackward", "copy", "out", "helper", "impl", "forward"):
        if short.endswith(end) and (short[: -len(end)] in _BASIC or short[: -len(end)] in INNER):
            return True
    if base.startswith(("special_", "linalg_")):
        return plain(base.partition("_")[2]) in _BASIC
    return False


def _made_of(short: str, added: str) -> bool:
    """Whether an operation is one that `added` is made of."""
    if added in _MADE_OF and short in _MADE_OF[added]:
        return True
    for front in ("", "native", "linalg", "safe", "thnn", "aten"):
        for end in ("", "backward", "backwarddata", "doublebackward", "forward", "out"):
            if short == f"{front}{added}{end}":
                return True
    return False


_MADE_OF: dict[str, frozenset[str]] = {
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
        "crossentropy": "crossentropyloss nllloss nlllossforward nlllossnd nllloss2d nllloss2dforward logsoftmax "
        "nlllossbackward nllloss2dbackward logsoftmaxbackwarddata",
        "cdist": "cdistforward euclideandist cdistbackward",
        "scaleddotproductattention": "scaleddotproductattentionmath scaleddotproductflashattentionforcpu softmax "
        "safesoftmax scaleddotproductflashattentionforcpubackward softmaxbackwarddata fusedsdpchoice",
    }.items()
}
"""By the plain name of what an exercise may add, the operations of the dispatcher's that it is made of."""

METHODS_REFUSED = frozenset(
    plain(name)
    for name in """
    softmax log_softmax sigmoid tanh relu logsumexp logcumsumexp norm renorm unfold dist cov corrcoef hardshrink prelu
    logit cholesky istft stft pinverse svd lu slogdet logdet digamma polygamma igamma igammac mvlgamma i0
    matrix_exp histogram
    """.split()
)
"""Methods of tensors that are not basic and whose names mean nothing else: found by reading, whatever they stand on."""


def of_function(function: object, resolved: str | None) -> str:
    """The dotted name of a function of torch's, of an attribute that it reads or writes; empty where it has none.

    Args:
        function: the function.
        resolved: what torch's own `resolve_name` says of it.
    """
    name = resolved or f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"
    for end in (".__get__", ".__set__", ".__delete__"):
        name = name.removesuffix(end)
    return "" if name.startswith("torch.Tensor._") else name if name.startswith("torch.") else ""


def of(also: Sequence[str], without: Sequence[str]) -> Vocabulary:
    """The vocabulary of an exercise that adds and takes away so much."""
    return _of(tuple(also), tuple(without))


@lru_cache(maxsize=512)
def _of(also: tuple[str, ...], without: tuple[str, ...]) -> Vocabulary:
    return Vocabulary(also, without)


def longest(names: Iterable[str]) -> list[str]:
    """Of names that stand in each other only the longest, in their order: not torch.nn beside torch.nn.Softmax."""
    found = list(dict.fromkeys(names))
    return [name for name in found if not any(other.startswith(f"{name}.") for other in found)]
