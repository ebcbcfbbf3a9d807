// TensorFlow says on standard error that oneDNN is on, as its library is loaded and whatever the log level.
//
//   hold()     keeps back what is written to standard error from now on
//   release()  ends that, and passes on all but such remarks

#include <node_api.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static FILE* held = nullptr;
static int original = -1;

static napi_value Hold(napi_env, napi_callback_info) {
  if (held != nullptr || (held = tmpfile()) == nullptr) return nullptr;
  fflush(stderr);
  original = dup(2);
  if (original >= 0) dup2(fileno(held), 2);
  return nullptr;
}

static napi_value Release(napi_env, napi_callback_info) {
  if (held == nullptr) return nullptr;
  fflush(stderr);
  if (original >= 0) {
    dup2(original, 2);
    close(original);
  }
  rewind(held);
  char line[4096];
  while (fgets(line, sizeof line, held)) {
    bool remark = line[0] == 'I' && line[1] >= '0' && line[1] <= '9';
    if (!remark && strncmp(line, "WARNING: All log messages before", 32) != 0) fputs(line, stderr);
  }
  fclose(held);
  held = nullptr;
  return nullptr;
}

NAPI_MODULE_INIT() {
  napi_property_descriptor methods[] = {
      {"hold", nullptr, Hold, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"release", nullptr, Release, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, 2, methods);
  return exports;
}
