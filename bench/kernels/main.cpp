// One table of kernels: ours, the best peer in the same run, and what bounds both.
//
//   cmake --workflow --preset bench          installs the peers if it can, builds, runs, writes build/bench/summary.csv
//   build/bench/bench/bench_kernels          the same table again
//     --csv FILE      writes it to FILE as well
//     --only TEXT     rows with TEXT in kernel or shape
//     --seconds S     time for a row in each of two passes over the table (0.4)
//   LOWP_ISA=haswell build/bench/bench/bench_kernels      that tier only, with the peers held to AVX2 as well
//
// Columns. Minimum of short chunks, in time of the thread on a processor; ours and the peers of a row take turns.
//   kernel, shape       gemm shapes are m x n x k, with m the number of activation rows: y (m x n) = x (m x k) W^T
//   ours                through the public functions; one thread unless the name says more
//   best peer           the fastest other library on this work in this run: one thread, weights packed beforehand where
//                       the library can. For weights in a format that no peer knows, the peer multiplies the same
//                       matrix in the wider format of its name
//   ratio               time of the peer / our time
//   share of the limit  our rate / what the machine does at the most in the same race: arithmetic from registers (float
//                       FMA, AMX), reading the same number of bytes (hot: from L3; cold: from the next of 256 MiB), or
//                       memcpy of the floats that are converted
//   error               gemm, gemv, dot: the largest |y - exact| / sum |x w| over sampled outputs, exact being the sum
//                       in double of the decoded operands. Conversions: the largest distance from the value, in ulps
//                       of the target; block formats: signal to quantization noise
//   aim                 what was aimed at on a Sapphire-Rapids-class machine, with what was reached
//   remark              where an aim is missed, the reason that was found
// The last row: processor seconds to compile a file that calls gemm for one codec (with --compiler, --include and
// --source, which the preset gives). Rows named [haswell] come from a second process in that tier, with
// OPENBLAS_CORETYPE=Haswell and ONEDNN_MAX_CPU_ISA=AVX2.
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <limits>
#include <string>
#include <vector>

#include <lowp/kernels/isa.hpp>

#include "../modular/rows.hpp"
#include "limits.hpp"
#include "peers.hpp"
#include "reasons.hpp"
#include "report.hpp"
#include "rows.hpp"
#include "threads.hpp"

namespace {

using namespace bench;

struct arguments {
  std::string csv, only, part, compiler, include, source;
  double seconds = 0.4;
};

[[noreturn]] void usage(const char* what) {
  std::fprintf(stderr, "bench_kernels: %s\nusage: bench_kernels [--csv FILE] [--only TEXT] [--seconds S]\n", what);
  std::exit(2);
}

arguments parse(int argc, char** argv) {
  arguments a;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc) usage(("no value for " + name).c_str());
    const char* value = argv[i + 1];
    if (name == "--csv")
      a.csv = value;
    else if (name == "--only")
      a.only = value;
    else if (name == "--compiler")
      a.compiler = value;
    else if (name == "--include")
      a.include = value;
    else if (name == "--source")
      a.source = value;
    else if (name == "--part")  // between our own processes
      a.part = value;
    else if (name == "--seconds") {
      a.seconds = std::atof(value);
      if (a.seconds <= 0) usage("--seconds takes a number above 0");
    } else
      usage(("unknown option " + name).c_str());
  }
  return a;
}

// The measuring process: rows as lines on stdout.
int measure(const arguments& a) {
  const bool second = a.part == "haswell";
  pin();
#if defined(__GLIBC__)
  // Freed memory stays here, as in a process that has run for a while; else rows that allocate would time page faults.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
  jobs all;
  if (!second) {
    append(all, limit_rows());
    append(all, conversion_rows());
    append(all, prepack_rows());
  }
  append(all, dense_rows(second));
  append(all, weight_rows(second));
  if (!second) {
    append(all, vector_rows());
    append(all, exact_rows());
    append(all, modular_array_rows());
    append(all, modular_ntt_rows());
    append(all, modular_matrix_rows());
  }
  std::erase_if(all, [&](const job& j) { return j.name.find(a.only) == std::string::npos; });

  if (lowp::active() == lowp::tier::scalar)  // minutes a row
    std::erase_if(all, [](const job& j) { return j.name.find("128x4096x4096") != std::string::npos; });

  // Two passes, as the rates of a shared machine can be off for seconds at a time.
  constexpr int passes = 2;
  progress shown(passes * all.size());
  std::vector<minima> best(all.size());
  minima fastest_limit;
  std::vector<row> rows(all.size());
  for (int pass = 0; pass < passes; ++pass) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      shown.step(all[i].name + (second ? " [haswell]" : ""));
      context c{best[i], fastest_limit, a.seconds};
      rows[i] = all[i].run(c);
    }
  }
  std::printf("# %s, peers: %s\n", std::string(lowp::to_string(lowp::active())).c_str(), peers::versions().c_str());
  for (row& r : rows) {
    if (second) r.kernel += " [haswell]";
    std::printf("%s\n", to_line(r).c_str());
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

// The first reason that fits, for each row that misses its aim.
void explain(std::vector<row>& rows) {
  for (row& r : rows) {
    if (!r.missed) continue;
    for (const reason& why : reasons) {
      if (!std::string_view(r.kernel).starts_with(why.kernel)) continue;
      r.remark += (r.remark.empty() ? "" : "; ") + std::string(why.why);
      break;
    }
  }
}

// Runs this program again as `part`, with the environment that the libraries read when they are loaded.
bool run_part(const arguments& a, const std::string& part, std::vector<row>& rows) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  const std::string seconds = std::to_string(a.seconds);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    setenv("OMP_NUM_THREADS", "1", 1);
    if (part == "haswell") setenv("LOWP_ISA", "haswell", 1);
    const char* isa = std::getenv("LOWP_ISA");
    if (isa != nullptr && std::strcmp(isa, "haswell") == 0) {
      setenv("OPENBLAS_CORETYPE", "Haswell", 1);
      setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
    } else if (isa != nullptr && std::strcmp(isa, "skylake") == 0) {
      setenv("OPENBLAS_CORETYPE", "SkylakeX", 1);
      setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE", 1);
    } else if (isa != nullptr && std::strcmp(isa, "icelake") == 0) {
      setenv("OPENBLAS_CORETYPE", "SkylakeX", 1);
      setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_VNNI", 1);
    }
    execl("/proc/self/exe", "bench_kernels", "--part", part.c_str(), "--only", a.only.c_str(), "--seconds",
          seconds.c_str(), static_cast<char*>(nullptr));
    std::perror("bench_kernels: cannot run itself");
    _exit(1);
  }
  close(ends[1]);
  if (child < 0) return false;
  std::FILE* in = fdopen(ends[0], "r");
  char* line = nullptr;
  std::size_t size = 0;
  while (getline(&line, &size, in) > 0) {
    row r;
    if (from_line(line, r))
      rows.push_back(r);
    else
      std::printf("%s", line);
  }
  std::free(line);
  std::fclose(in);
  int status = 0;
  waitpid(child, &status, 0);
  return status == 0;
}

// Seconds on a processor to compile a file, or 0 if that fails.
double seconds_to_compile(const arguments& a) {
  const pid_t child = fork();
  if (child == 0) {
    execlp(a.compiler.c_str(), a.compiler.c_str(), "-std=c++20", "-O2", "-I", a.include.c_str(), "-c",
           a.source.c_str(), "-o", "/dev/null", static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  const auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return status == 0 ? seconds(used.ru_utime) + seconds(used.ru_stime) : 0;
}

void compile_row(const arguments& a, std::vector<row>& rows) {
  const std::string kernel = "compile gemm of one codec";
  if (a.compiler.empty() || kernel.find(a.only) == std::string::npos) return;
  progress shown(1);
  shown.step(kernel);
  constexpr double aim = 6;
  double best = 1e300;
  for (int i = 0; i < 2; ++i) best = std::min(best, seconds_to_compile(a));
  row r{.kernel = kernel, .shape = "all tiers, -O2", .unit = "s", .ours = best};
  r.aim = best > 0 ? "<= " + text(aim) + " s" + (best <= aim ? " met" : " missed") : "does not compile";
  r.missed = best > aim;
  rows.push_back(r);
}

}  // namespace

int main(int argc, char** argv) try {
  const arguments a = parse(argc, argv);
  if (!a.part.empty()) return measure(a);
  std::printf("\n");
  std::vector<row> rows;
  bool good = run_part(a, "all", rows);
  if (good && std::getenv("LOWP_ISA") == nullptr && lowp::detect() > lowp::tier::haswell)
    good = run_part(a, "haswell", rows);
  std::printf("\n");
  compile_row(a, rows);
  explain(rows);
  if (rows.empty() && good) usage(("no row has '" + a.only + "' in its name").c_str());
  print_table(stdout, rows);
  if (!a.csv.empty() && !write_csv(a.csv, rows)) {
    std::fprintf(stderr, "bench_kernels: cannot write %s\n", a.csv.c_str());
    return 1;
  }
  if (!good) std::fprintf(stderr, "bench_kernels: a measuring process failed; the table is not complete\n");
  return good ? 0 : 1;
} catch (const std::exception& e) {
  std::fprintf(stderr, "bench_kernels: %s\n", e.what());
  return 1;
}
