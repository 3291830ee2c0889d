// C functions over libtorch for the TorchSharp provider. Every function catches what libtorch throws; the managed side
// reads the message with bt_error() and throws it as a .NET exception. A handle is a heap-allocated at::Tensor.
#include <torch/torch.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/version.h>

#include <cstring>
#include <string>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))
using at::Tensor;

namespace {
thread_local std::string last_error;

template <class F> auto guarded(F body) -> decltype(body()) {
  try {
    return body();
  } catch (const c10::Error& e) {
    last_error = e.what_without_backtrace();
  } catch (const std::exception& e) {
    last_error = e.what();
  } catch (...) {
    last_error = "unknown native error";
  }
  return decltype(body())();
}

template <class F> Tensor* make(F body) {
  return guarded([&]() -> Tensor* { return new Tensor(body()); });
}

// For calls without a result: 1 is success, 0 is failure.
template <class F> int done(F body) {
  return guarded([&]() -> int { body(); return 1; });
}

at::IntArrayRef sizes(const int64_t* values, int count) { return at::IntArrayRef(values, count); }
c10::Device device_of(int type, int index) {
  return type == 0 ? c10::Device(c10::kCPU) : c10::Device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
}
c10::ScalarType dtype_of(int type) { return static_cast<c10::ScalarType>(type); }
std::vector<Tensor> list(Tensor** tensors, int count) {
  std::vector<Tensor> result;
  result.reserve(count);
  for (int i = 0; i < count; i++) result.push_back(tensors[i] ? *tensors[i] : Tensor());
  return result;
}
} // namespace

EXPORT const char* bt_error() { return last_error.c_str(); }
EXPORT void bt_set_error(const char* message) { last_error = message; }
EXPORT const char* bt_version() { return TORCH_VERSION; }
EXPORT void bt_dispose(Tensor* t) { delete t; }

// ---- facts
EXPORT int bt_ndim(Tensor* t) { return static_cast<int>(t->dim()); }
EXPORT void bt_shape(Tensor* t, int64_t* out) { std::memcpy(out, t->sizes().data(), t->dim() * sizeof(int64_t)); }
EXPORT int64_t bt_numel(Tensor* t) { return t->numel(); }
EXPORT int bt_dtype(Tensor* t) { return static_cast<int>(t->scalar_type()); }
EXPORT int bt_device_type(Tensor* t) { return static_cast<int>(t->device().type()); }
EXPORT int bt_device_index(Tensor* t) { return t->device().has_index() ? t->device().index() : 0; }
EXPORT int bt_is_contiguous(Tensor* t) { return t->is_contiguous(); }
EXPORT int64_t bt_element_size(Tensor* t) { return static_cast<int64_t>(t->element_size()); }
EXPORT void* bt_data(Tensor* t) { return guarded([&]() -> void* { return t->data_ptr(); }); }
EXPORT int bt_requires_grad(Tensor* t) { return t->requires_grad(); }
EXPORT int bt_set_requires_grad(Tensor* t, int on) { return done([&] { t->set_requires_grad(on != 0); }); }

// ---- factories
EXPORT Tensor* bt_empty(const int64_t* shape, int ndim, int dtype, int device, int index) {
  return make([&] { return at::empty(sizes(shape, ndim), at::TensorOptions(dtype_of(dtype)).device(device_of(device, index))); });
}
EXPORT Tensor* bt_full(const int64_t* shape, int ndim, double value, int dtype, int device, int index) {
  return make([&] { return at::full(sizes(shape, ndim), value, at::TensorOptions(dtype_of(dtype)).device(device_of(device, index))); });
}

// ---- shapes
EXPORT Tensor* bt_view(Tensor* t, const int64_t* shape, int ndim) { return make([&] { return t->view(sizes(shape, ndim)); }); }
EXPORT Tensor* bt_reshape(Tensor* t, const int64_t* shape, int ndim) { return make([&] { return t->reshape(sizes(shape, ndim)); }); }
EXPORT Tensor* bt_transpose(Tensor* t, int64_t a, int64_t b) { return make([&] { return t->transpose(a, b); }); }
EXPORT Tensor* bt_narrow(Tensor* t, int64_t dim, int64_t start, int64_t length) { return make([&] { return t->narrow(dim, start, length); }); }
EXPORT Tensor* bt_select(Tensor* t, int64_t dim, int64_t index) { return make([&] { return t->select(dim, index); }); }
EXPORT Tensor* bt_unsqueeze(Tensor* t, int64_t dim) { return make([&] { return t->unsqueeze(dim); }); }
EXPORT Tensor* bt_contiguous(Tensor* t) { return make([&] { return t->contiguous(); }); }
EXPORT Tensor* bt_detach(Tensor* t) { return make([&] { return t->detach(); }); }
EXPORT Tensor* bt_alias(Tensor* t) { return make([&] { return *t; }); }
EXPORT Tensor* bt_to(Tensor* t, int dtype, int device, int index, int copy) {
  return make([&] { return t->to(device_of(device, index), dtype_of(dtype), false, copy != 0); });
}
EXPORT Tensor* bt_cat(Tensor** tensors, int count, int64_t dim) { return make([&] { return at::cat(list(tensors, count), dim); }); }
EXPORT Tensor* bt_repeat_interleave(Tensor* t, int64_t repeats, int64_t dim) { return make([&] { return t->repeat_interleave(repeats, dim); }); }
EXPORT int bt_copy_(Tensor* t, Tensor* source) { return done([&] { t->copy_(*source); }); }

// ---- element-wise
#define UNARY(name) EXPORT Tensor* bt_##name(Tensor* t) { return make([&] { return t->name(); }); }
UNARY(abs) UNARY(relu) UNARY(exp) UNARY(log) UNARY(neg) UNARY(sqrt) UNARY(rsqrt) UNARY(square)
EXPORT Tensor* bt_silu(Tensor* t) { return make([&] { return at::silu(*t); }); }
#define BINARY(name) EXPORT Tensor* bt_##name(Tensor* a, Tensor* b) { return make([&] { return a->name(*b); }); }
BINARY(add) BINARY(sub) BINARY(mul) BINARY(div) BINARY(matmul) BINARY(mm) BINARY(bmm)
#define SCALAR(name) EXPORT Tensor* bt_##name##_scalar(Tensor* a, double b) { return make([&] { return a->name(at::Scalar(b)); }); }
SCALAR(add) SCALAR(sub) SCALAR(mul) SCALAR(div) SCALAR(lt)
EXPORT int bt_add_(Tensor* a, Tensor* b, double alpha) { return done([&] { a->add_(*b, alpha); }); }
EXPORT int bt_mul_(Tensor* a, double b) { return done([&] { a->mul_(b); }); }
EXPORT int bt_addcmul_(Tensor* a, Tensor* b, Tensor* c, double value) { return done([&] { a->addcmul_(*b, *c, value); }); }
EXPORT int bt_addcdiv_(Tensor* a, Tensor* b, Tensor* c, double value) { return done([&] { a->addcdiv_(*b, *c, value); }); }
EXPORT Tensor* bt_clamp_min(Tensor* t, double minimum) { return make([&] { return t->clamp_min(minimum); }); }
EXPORT Tensor* bt_masked_fill(Tensor* t, Tensor* mask, double value) { return make([&] { return t->masked_fill(*mask, value); }); }
EXPORT Tensor* bt_triu(Tensor* t, int64_t diagonal) { return make([&] { return t->triu(diagonal); }); }

// ---- reductions and selections
EXPORT Tensor* bt_sum(Tensor* t) { return make([&] { return t->sum(); }); }
EXPORT Tensor* bt_sum_dim(Tensor* t, int64_t dim, int keep) { return make([&] { return t->sum(dim, keep != 0); }); }
EXPORT Tensor* bt_mean_dim(Tensor* t, int64_t dim, int keep) { return make([&] { return t->mean(dim, keep != 0); }); }
EXPORT Tensor* bt_softmax(Tensor* t, int64_t dim) { return make([&] { return t->softmax(dim); }); }
EXPORT Tensor* bt_log_softmax(Tensor* t, int64_t dim) { return make([&] { return t->log_softmax(dim); }); }
EXPORT Tensor* bt_argmax(Tensor* t, int64_t dim, int keep) { return make([&] { return t->argmax(dim, keep != 0); }); }
EXPORT Tensor* bt_gather(Tensor* t, int64_t dim, Tensor* index) { return make([&] { return t->gather(dim, *index); }); }
EXPORT Tensor* bt_index_select(Tensor* t, int64_t dim, Tensor* index) { return make([&] { return t->index_select(dim, *index); }); }
EXPORT Tensor* bt_where(Tensor* condition, Tensor* a, Tensor* b) { return make([&] { return at::where(*condition, *a, *b); }); }
EXPORT int bt_topk(Tensor* t, int k, int64_t dim, int largest, int sorted, Tensor** values, Tensor** indices) {
  return done([&] {
    auto result = t->topk(k, dim, largest != 0, sorted != 0);
    *values = new Tensor(std::get<0>(result));
    *indices = new Tensor(std::get<1>(result));
  });
}
EXPORT Tensor* bt_linear(Tensor* x, Tensor* weight, Tensor* bias) {
  return make([&] { return bias ? at::linear(*x, *weight, *bias) : at::linear(*x, *weight); });
}
EXPORT Tensor* bt_scaled_dot_product_attention(Tensor* q, Tensor* k, Tensor* v, Tensor* mask, double p, int causal) {
  return make([&] {
    c10::optional<Tensor> m;
    if (mask) m = *mask;
#if TORCH_VERSION_MAJOR >= 2
    return at::scaled_dot_product_attention(*q, *k, *v, m, p, causal != 0);
#else
    return std::get<0>(at::_scaled_dot_product_attention(*q, *k, *v, m, p, false, causal != 0));
#endif
  });
}

// ---- autograd
EXPORT int bt_grad_enabled() { return at::GradMode::is_enabled(); }
EXPORT void bt_set_grad_enabled(int on) { at::GradMode::set_enabled(on != 0); }
EXPORT int bt_autograd_grad(Tensor** outputs, int n_outputs, Tensor** inputs, int n_inputs, Tensor** grads, int n_grads, int retain,
                            int create, int allow_unused, Tensor** result) {
  return done([&] {
    auto found = torch::autograd::grad(list(outputs, n_outputs), list(inputs, n_inputs), list(grads, n_grads), retain != 0,
                                       create != 0, allow_unused != 0);
    for (int i = 0; i < n_inputs; i++) result[i] = found[i].defined() ? new Tensor(found[i]) : nullptr;
  });
}

namespace {
// Returns 1 when it filled grad_inputs (handles that become ours), 0 when the managed function threw (bt_set_error tells why).
using BackwardCallback = int (*)(intptr_t function, Tensor** grad_outputs, int n_outputs, Tensor** grad_inputs, int n_inputs);
using ReleaseCallback = void (*)(intptr_t function);

struct ManagedNode : torch::autograd::Node {
  intptr_t function;
  BackwardCallback backward;
  ReleaseCallback release;
  int tensor_inputs = 0;
  std::vector<torch::autograd::SavedVariable> saved;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& grads) override {
    std::vector<Tensor*> in;
    for (auto& g : grads) in.push_back(g.defined() ? new Tensor(g) : nullptr);
    std::vector<Tensor*> out(tensor_inputs, nullptr);
    int ok = backward(function, in.data(), static_cast<int>(in.size()), out.data(), tensor_inputs);
    torch::autograd::variable_list result;
    for (auto* t : out) {
      result.push_back(t ? *t : Tensor());
      delete t;
    }
    if (!ok) throw std::runtime_error(last_error);
    return result;
  }
  void release_variables() override { saved.clear(); }
  ~ManagedNode() override { release(function); }
};
} // namespace

// Makes outputs (fresh tensors, not views of the inputs) the results of a managed function of inputs.
EXPORT std::shared_ptr<ManagedNode>* bt_node(intptr_t function, BackwardCallback backward, ReleaseCallback release, Tensor** inputs,
                                             int n_inputs, Tensor** outputs, int n_outputs) {
  return guarded([&]() -> std::shared_ptr<ManagedNode>* {
    std::shared_ptr<ManagedNode> node(new ManagedNode(), torch::autograd::deleteNode);
    node->function = function;
    node->backward = backward;
    node->release = release;
    node->tensor_inputs = n_inputs;
    auto in = list(inputs, n_inputs);
    node->set_next_edges(torch::autograd::collect_next_edges(in));
    for (int i = 0; i < n_outputs; i++) {
      if (outputs[i]->is_view() || outputs[i]->requires_grad())
        throw std::runtime_error("a custom function must return new tensors, not views of its inputs");
      torch::autograd::set_history(*outputs[i], node);
    }
    return new std::shared_ptr<ManagedNode>(node);
  });
}
EXPORT void bt_node_release(std::shared_ptr<ManagedNode>* node) { delete node; }
EXPORT ManagedNode* bt_node_get(std::shared_ptr<ManagedNode>* node) { return node->get(); }
EXPORT int bt_node_save(std::shared_ptr<ManagedNode>* node, Tensor** tensors, int count) {
  return done([&] {
    for (int i = 0; i < count; i++) {
      auto& t = *tensors[i];
      (*node)->saved.emplace_back(t, t.grad_fn().get() == node->get());
    }
  });
}
EXPORT int bt_node_saved(ManagedNode* node, Tensor** out, int count) {
  return done([&] {
    if (static_cast<int>(node->saved.size()) != count)
      throw std::runtime_error("the saved tensors were freed: backward ran a second time over the same graph");
    auto self = node->shared_from_this();
    for (int i = 0; i < count; i++) out[i] = new Tensor(node->saved[i].unpack(self));
  });
}

// ---- the machine
EXPORT int bt_set_num_threads(int threads) { return done([&] { at::set_num_threads(threads); }); }
EXPORT int bt_cuda_is_available() { return torch::cuda::is_available(); }
