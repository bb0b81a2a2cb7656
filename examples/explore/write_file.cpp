// A file appears whole or not at all.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <lowp/core/error.hpp>

#include "report.hpp"

namespace explore {

void write_file(const std::string& path, const std::string& text) {
  const std::string part = path + ".part";
  std::FILE* f = std::fopen(part.c_str(), "wb");
  if (f == nullptr) throw lowp::error("cannot create '" + part + "': " + std::strerror(errno));
  const bool written = std::fwrite(text.data(), 1, text.size(), f) == text.size();
  const bool closed = std::fclose(f) == 0;
  int code = errno;
  if (written && closed) {
    std::error_code problem;
    std::filesystem::rename(part, path, problem);
    if (!problem) return;
    code = problem.value();
  }
  std::remove(part.c_str());
  throw lowp::error("cannot write '" + path + "': " + std::strerror(code));
}

}  // namespace explore
