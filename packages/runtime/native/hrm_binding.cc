// Extends tfjs-node's binding, whose sources it is compiled with, by what compile() and selectBackend() need:
//
//   graphCreate() -> id
//   graphAddNode(id, op, inputs, listLengths, attributes, outputs) -> {node, outputs: [{dtype, shape}]}
//   graphAddConstant(id, dtype, shape, data) -> node
//   graphToFunction(id, name, nodes, inputs, outputs)     registers a function that executeOp() runs by its name
//   graphDelete(id), functionDelete(name), opDefinition(op) -> the serialized OpDef
//   executeTogether(op, attributes, inputs of each call, outputs) -> what executeOp() gives, for each call
//
// A graph infers the shape of each node as it is added: TensorFlow's own shape functions, no values, no kernels.

#include <node_api.h>
#include <string.h>

#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

// The context that tensors live in is private there, and the package's version is pinned.
#define private public
#include "tfjs_backend.h"
#undef private
// Its registration is replaced by ours, which calls its initialization first.
#undef NAPI_MODULE
#define NAPI_MODULE(name, initialize)
#include "tfjs_binding.cc"

#include "tensorflow/c/tf_tensor.h"

namespace hrm {

struct Graph {
  TF_Graph* graph = TF_NewGraph();
  std::vector<TF_Operation*> nodes;
  ~Graph() { TF_DeleteGraph(graph); }
};

static std::unordered_map<int32_t, std::unique_ptr<Graph>> graphs;
static int32_t next_graph = 0;

struct Failure {
  std::string message;
};

static void Check(bool ok, const std::string& message) {
  if (!ok) throw Failure{message};
}

class Status {
 public:
  ~Status() { TF_DeleteStatus(status_); }
  operator TF_Status*() { return status_; }
  void Check() {
    if (TF_GetCode(status_) != TF_OK) throw Failure{TF_Message(status_)};
  }

 private:
  TF_Status* status_ = TF_NewStatus();
};

// Reading JavaScript values.
struct Js {
  napi_env env;

  void Ok(napi_status status) const { Check(status == napi_ok, "wrong type of argument"); }
  int64_t Int(napi_value value) const {
    int64_t result;
    Ok(napi_get_value_int64(env, value, &result));
    return result;
  }
  double Number(napi_value value) const {
    double result;
    Ok(napi_get_value_double(env, value, &result));
    return result;
  }
  bool Bool(napi_value value) const {
    bool result;
    Ok(napi_get_value_bool(env, value, &result));
    return result;
  }
  std::string String(napi_value value) const {
    size_t length;
    Ok(napi_get_value_string_utf8(env, value, nullptr, 0, &length));
    std::string result(length + 1, '\0');
    Ok(napi_get_value_string_utf8(env, value, &result[0], length + 1, &length));
    result.resize(length);
    return result;
  }
  napi_value Property(napi_value object, const char* name) const {
    napi_value result;
    Ok(napi_get_named_property(env, object, name, &result));
    return result;
  }
  bool IsArray(napi_value value) const {
    bool result;
    Ok(napi_is_array(env, value, &result));
    return result;
  }
  std::vector<napi_value> Array(napi_value array) const {
    uint32_t length;
    Ok(napi_get_array_length(env, array, &length));
    std::vector<napi_value> result(length);
    for (uint32_t i = 0; i < length; i++) Ok(napi_get_element(env, array, i, &result[i]));
    return result;
  }
  std::vector<int64_t> Ints(napi_value array) const {
    std::vector<int64_t> result;
    for (napi_value value : Array(array)) result.push_back(Int(value));
    return result;
  }
  napi_value Make(int64_t number) const {
    napi_value result;
    Ok(napi_create_int64(env, number, &result));
    return result;
  }
};

static tfnodejs::TFJSBackend* Backend(napi_env env) {
  void* data = nullptr;
  Check(napi_get_instance_data(env, &data) == napi_ok && data != nullptr, "the backend is gone");
  return static_cast<tfnodejs::TFJSBackend*>(data);
}

static Graph& Find(int64_t id) {
  auto found = graphs.find(static_cast<int32_t>(id));
  Check(found != graphs.end(), "no such graph");
  return *found->second;
}

// Pairs of (node, output) in a flat array.
static std::vector<TF_Output> Outputs(const Js& js, const Graph& graph, napi_value value) {
  std::vector<int64_t> flat = js.Ints(value);
  std::vector<TF_Output> result;
  for (size_t i = 0; i + 1 < flat.size(); i += 2) {
    result.push_back({graph.nodes.at(flat[i]), static_cast<int>(flat[i + 1])});
  }
  return result;
}

static void SetAttribute(const Js& js, TF_OperationDescription* node, napi_value attribute) {
  std::string name = js.String(js.Property(attribute, "name"));
  napi_value value = js.Property(attribute, "value");
  bool list = js.IsArray(value);
  Status status;
  switch (js.Int(js.Property(attribute, "type"))) {
    case TF_ATTR_STRING: {
      std::string text = js.String(value);
      return TF_SetAttrString(node, name.c_str(), text.data(), text.size());
    }
    case TF_ATTR_INT: {
      if (!list) return TF_SetAttrInt(node, name.c_str(), js.Int(value));
      std::vector<int64_t> values = js.Ints(value);
      return TF_SetAttrIntList(node, name.c_str(), values.data(), values.size());
    }
    case TF_ATTR_FLOAT: {
      if (!list) return TF_SetAttrFloat(node, name.c_str(), js.Number(value));
      std::vector<float> values;
      for (napi_value element : js.Array(value)) values.push_back(js.Number(element));
      return TF_SetAttrFloatList(node, name.c_str(), values.data(), values.size());
    }
    case TF_ATTR_BOOL: {
      if (!list) return TF_SetAttrBool(node, name.c_str(), js.Bool(value));
      std::vector<unsigned char> values;
      for (napi_value element : js.Array(value)) values.push_back(js.Bool(element));
      return TF_SetAttrBoolList(node, name.c_str(), values.data(), values.size());
    }
    case TF_ATTR_TYPE:
      return TF_SetAttrType(node, name.c_str(), static_cast<TF_DataType>(js.Int(value)));
    case TF_ATTR_SHAPE: {
      std::vector<int64_t> dims = js.Ints(value);
      return TF_SetAttrShape(node, name.c_str(), dims.data(), static_cast<int>(dims.size()));
    }
    default:
      throw Failure{"attribute " + name + " has a type that a graph cannot hold"};
  }
}

static napi_value DescribeOutput(const Js& js, const Graph& graph, TF_Output output) {
  Status status;
  napi_value result, shape;
  js.Ok(napi_create_object(js.env, &result));
  js.Ok(napi_set_named_property(js.env, result, "dtype", js.Make(TF_OperationOutputType(output))));
  int rank = TF_GraphGetTensorNumDims(graph.graph, output, status);
  status.Check();
  if (rank < 0) {
    js.Ok(napi_get_null(js.env, &shape));
  } else {
    std::vector<int64_t> dims(rank);
    TF_GraphGetTensorShape(graph.graph, output, dims.data(), rank, status);
    status.Check();
    js.Ok(napi_create_array_with_length(js.env, rank, &shape));
    for (int i = 0; i < rank; i++) js.Ok(napi_set_element(js.env, shape, i, js.Make(dims[i])));
  }
  js.Ok(napi_set_named_property(js.env, result, "shape", shape));
  return result;
}

static napi_value GraphCreate(const Js& js, const std::vector<napi_value>&) {
  graphs[next_graph] = std::make_unique<Graph>();
  return js.Make(next_graph++);
}

static napi_value GraphAddNode(const Js& js, const std::vector<napi_value>& args) {
  Graph& graph = Find(js.Int(args.at(0)));
  std::string op = js.String(args.at(1));
  std::vector<TF_Output> inputs = Outputs(js, graph, args.at(2));
  std::string name = "n" + std::to_string(graph.nodes.size());
  TF_OperationDescription* node = TF_NewOperation(graph.graph, op.c_str(), name.c_str());
  size_t next = 0;
  // A length of -1 is a plain input, any other an input that takes a list of so many tensors.
  for (int64_t length : js.Ints(args.at(3))) {
    size_t count = length < 0 ? 1 : static_cast<size_t>(length);
    Check(next + count <= inputs.size(), "too few inputs");
    if (length < 0) {
      TF_AddInput(node, inputs[next]);
    } else {
      TF_AddInputList(node, inputs.data() + next, static_cast<int>(length));
    }
    next += count;
  }
  Check(next == inputs.size(), "too many inputs");
  for (napi_value attribute : js.Array(args.at(4))) SetAttribute(js, node, attribute);
  Status status;
  TF_Operation* operation = TF_FinishOperation(node, status);
  status.Check();
  graph.nodes.push_back(operation);

  napi_value result, outputs;
  int count = TF_OperationNumOutputs(operation);
  js.Ok(napi_create_array_with_length(js.env, count, &outputs));
  for (int i = 0; i < count; i++) {
    js.Ok(napi_set_element(js.env, outputs, i, DescribeOutput(js, graph, {operation, i})));
  }
  js.Ok(napi_create_object(js.env, &result));
  js.Ok(napi_set_named_property(js.env, result, "node", js.Make(graph.nodes.size() - 1)));
  js.Ok(napi_set_named_property(js.env, result, "outputs", outputs));
  return result;
}

static napi_value GraphAddConstant(const Js& js, const std::vector<napi_value>& args) {
  Graph& graph = Find(js.Int(args.at(0)));
  TF_DataType dtype = static_cast<TF_DataType>(js.Int(args.at(1)));
  std::vector<int64_t> dims = js.Ints(args.at(2));
  napi_typedarray_type type;
  size_t length;
  void* data;
  js.Ok(napi_get_typedarray_info(js.env, args.at(3), &type, &length, &data, nullptr, nullptr));
  size_t elements = 1;
  for (int64_t dim : dims) elements *= dim;
  size_t bytes = elements * TF_DataTypeSize(dtype);
  size_t width = type == napi_uint8_array ? 1 : 4;
  Check(length * width == bytes, "a constant's data does not fit its shape");
  std::unique_ptr<TF_Tensor, void (*)(TF_Tensor*)> tensor(
      TF_AllocateTensor(dtype, dims.data(), static_cast<int>(dims.size()), bytes), TF_DeleteTensor);
  if (bytes > 0) memcpy(TF_TensorData(tensor.get()), data, bytes);

  std::string name = "n" + std::to_string(graph.nodes.size());
  TF_OperationDescription* node = TF_NewOperation(graph.graph, "Const", name.c_str());
  Status status;
  TF_SetAttrTensor(node, "value", tensor.get(), status);
  TF_SetAttrType(node, "dtype", dtype);
  Status finished;
  TF_Operation* operation = TF_FinishOperation(node, finished);
  status.Check();
  finished.Check();
  graph.nodes.push_back(operation);
  return js.Make(graph.nodes.size() - 1);
}

static napi_value GraphToFunction(const Js& js, const std::vector<napi_value>& args) {
  Graph& graph = Find(js.Int(args.at(0)));
  std::string name = js.String(args.at(1));
  std::vector<const TF_Operation*> nodes;
  for (int64_t node : js.Ints(args.at(2))) nodes.push_back(graph.nodes.at(node));
  std::vector<TF_Output> inputs = Outputs(js, graph, args.at(3));
  std::vector<TF_Output> outputs = Outputs(js, graph, args.at(4));
  Status status;
  std::unique_ptr<TF_Function, void (*)(TF_Function*)> function(
      TF_GraphToFunction(graph.graph, name.c_str(), 0, static_cast<int>(nodes.size()), nodes.data(),
                         static_cast<int>(inputs.size()), inputs.data(), static_cast<int>(outputs.size()),
                         outputs.data(), nullptr, nullptr, nullptr, status),
      TF_DeleteFunction);
  status.Check();
  TFE_ContextAddFunction(Backend(js.env)->tfe_context_, function.get(), status);
  status.Check();
  return nullptr;
}

static napi_value GraphDelete(const Js& js, const std::vector<napi_value>& args) {
  graphs.erase(static_cast<int32_t>(js.Int(args.at(0))));
  return nullptr;
}

static napi_value FunctionDelete(const Js& js, const std::vector<napi_value>& args) {
  Status status;
  TFE_ContextRemoveFunction(Backend(js.env)->tfe_context_, js.String(args.at(0)).c_str(), status);
  status.Check();
  return nullptr;
}

static napi_value OpDefinition(const Js& js, const std::vector<napi_value>& args) {
  static TF_Graph* empty = TF_NewGraph();
  std::unique_ptr<TF_Buffer, void (*)(TF_Buffer*)> definition(TF_NewBuffer(), TF_DeleteBuffer);
  Status status;
  TF_GraphGetOpDef(empty, js.String(args.at(0)).c_str(), definition.get(), status);
  status.Check();
  napi_value buffer, result;
  void* bytes;
  js.Ok(napi_create_arraybuffer(js.env, definition->length, &bytes, &buffer));
  memcpy(bytes, definition->data, definition->length);
  js.Ok(napi_create_typedarray(js.env, napi_uint8_array, definition->length, buffer, 0, &result));
  return result;
}

// Runs an operation on several lists of inputs at once, a thread for each: where its parts are too small to keep all cores
// busy, two calls do.
static napi_value ExecuteTogether(const Js& js, const std::vector<napi_value>& args) {
  tfnodejs::TFJSBackend* backend = Backend(js.env);
  std::string name = js.String(args.at(0));
  std::vector<napi_value> attributes = js.Array(args.at(1));
  std::vector<napi_value> calls = js.Array(args.at(2));
  size_t outputs = js.Int(args.at(3));

  using Op = std::unique_ptr<TFE_Op, void (*)(TFE_Op*)>;
  std::vector<Op> ops;
  for (napi_value inputs : calls) {
    Status status;
    ops.emplace_back(TFE_NewOp(backend->tfe_context_, name.c_str(), status), TFE_DeleteOp);
    status.Check();
    for (int64_t id : js.Ints(inputs)) {
      auto found = backend->tfe_handle_map_.find(static_cast<int32_t>(id));
      Check(found != backend->tfe_handle_map_.end(), "no tensor with the id " + std::to_string(id));
      TFE_OpAddInput(ops.back().get(), found->second, status);
      status.Check();
    }
    for (napi_value attribute : attributes) {
      std::string attribute_name = js.String(js.Property(attribute, "name"));
      Check(js.Int(js.Property(attribute, "type")) == TF_ATTR_BOOL, "attribute " + attribute_name + " is no boolean");
      TFE_OpSetAttrBool(ops.back().get(), attribute_name.c_str(), js.Bool(js.Property(attribute, "value")));
    }
  }

  std::vector<std::vector<TFE_TensorHandle*>> results(ops.size(), std::vector<TFE_TensorHandle*>(outputs, nullptr));
  std::vector<std::string> failures(ops.size());
  auto execute = [&](size_t call) {
    Status status;
    int count = static_cast<int>(outputs);
    TFE_Execute(ops[call].get(), results[call].data(), &count, status);
    if (TF_GetCode(status) != TF_OK) failures[call] = TF_Message(status);
  };
  std::vector<std::thread> threads;
  for (size_t call = 1; call < ops.size(); call++) threads.emplace_back(execute, call);
  if (!ops.empty()) execute(0);
  for (std::thread& thread : threads) thread.join();

  for (const std::string& failure : failures) {
    if (failure.empty()) continue;
    for (auto& handles : results) {
      for (TFE_TensorHandle* handle : handles) {
        if (handle != nullptr) TFE_DeleteTensorHandle(handle);
      }
    }
    throw Failure{failure};
  }
  napi_value described;
  js.Ok(napi_create_array_with_length(js.env, results.size(), &described));
  for (size_t call = 0; call < results.size(); call++) {
    napi_value list;
    js.Ok(napi_create_array_with_length(js.env, outputs, &list));
    for (size_t i = 0; i < outputs; i++) {
      js.Ok(napi_set_element(js.env, list, i, backend->GenerateOutputTensorInfo(js.env, results[call][i])));
    }
    js.Ok(napi_set_element(js.env, described, call, list));
  }
  return described;
}

using Method = napi_value (*)(const Js&, const std::vector<napi_value>&);

template <Method method>
static napi_value Call(napi_env env, napi_callback_info info) {
  size_t count = 8;
  napi_value values[8];
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  try {
    return method(Js{env}, std::vector<napi_value>(values, values + count));
  } catch (const Failure& failure) {
    napi_throw_error(env, nullptr, failure.message.c_str());
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
  }
  return nullptr;
}

static napi_value Initialize(napi_env env, napi_value exports) {
  exports = tfnodejs::InitTFNodeJSBinding(env, exports);
  if (exports == nullptr) return nullptr;
  napi_property_descriptor methods[] = {
#define METHOD(name, method) {name, nullptr, Call<method>, nullptr, nullptr, nullptr, napi_enumerable, nullptr}
      METHOD("graphCreate", GraphCreate),
      METHOD("graphAddNode", GraphAddNode),
      METHOD("graphAddConstant", GraphAddConstant),
      METHOD("graphToFunction", GraphToFunction),
      METHOD("graphDelete", GraphDelete),
      METHOD("functionDelete", FunctionDelete),
      METHOD("opDefinition", OpDefinition),
      METHOD("executeTogether", ExecuteTogether),
#undef METHOD
  };
  napi_define_properties(env, exports, sizeof(methods) / sizeof(methods[0]), methods);
  return exports;
}

NAPI_MODULE_INIT() { return Initialize(env, exports); }

}  // namespace hrm
