// What the rows of the kernel table have in common: timing, aims, and the way from the measuring process to the table.
//
// A row is measured by a `race`: the runners take turns, a short chunk each, until the time is up, and each keeps its
// fastest chunk. The machine may be shared and its clock moves, so a minimum is the only figure that repeats, and only
// minima of one race are divided by each other.
//
// Measuring and printing are two processes: the thread count and instruction set of the peers are read from the
// environment when their libraries load.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bench {

using clock = std::chrono::steady_clock;

inline double seconds_since(clock::time_point start) {
  return std::chrono::duration<double>(clock::now() - start).count();
}

/// What takes part in a race, and how its time is used.
enum class role : unsigned char {
  ours,
  peer,   ///< another library: the fastest is the "best peer"
  other,  ///< something else that an aim names: our own kernel on another type, say
  limit,  ///< a loop that does nothing but what bounds the kernel
};

struct runner {
  std::string name;
  role what = role::ours;
  std::function<void()> run;  ///< one pass over the work of the row
  double work = 1;            ///< what a limit does in one run, in units of the row's work
  bool steady = false;        ///< a limit whose run is the same in all rows
};
using runners = std::vector<runner>;

template <class T>
void append(std::vector<T>& all, std::vector<T> more) {
  for (T& t : more) all.push_back(std::move(t));
}

/// The fastest seconds of a run so far by name, kept from one pass over the table to the next.
using minima = std::map<std::string, double>;

/// What a job may use.
struct context {
  minima& best;           ///< of its row so far
  minima& fastest_limit;  ///< of steady limits, in all rows so far
  double budget;          ///< seconds that a race may take
};

/// Warm: the data of a runner is where it left it, but for what the others evicted, so each chunk begins with an
/// untimed run, unless a run is so long that it does not matter. Cold: the runner sees to it that its data is not in a
/// cache, and one run is one chunk.
enum class caches : unsigned char { warm, cold };

/// Time of the thread on a processor: other processes of the machine count only by what they do to the caches and the
/// clock. Wall: what a clock on the wall says, for runners with more threads than one.
enum class timed : unsigned char { on_processor, by_wall };

inline double thread_seconds() {
#if defined(CLOCK_THREAD_CPUTIME_ID)
  timespec t{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) == 0)
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
#endif
  return std::chrono::duration<double>(clock::now().time_since_epoch()).count();
}

// Seconds of a run. The time of the thread on a processor is asked only where others had the processor meanwhile: on
// virtual machines that clock now and then loses some time.
inline double run_chunk(const runner& r, int repetitions, timed by) {
  constexpr double interrupted = 500e-6;
  const double of_thread = thread_seconds();
  const auto start = clock::now();
  for (int i = 0; i < repetitions; ++i) r.run();
  const double wall = seconds_since(start), on_processor = thread_seconds() - of_thread;
  return (by == timed::on_processor && wall - on_processor > interrupted ? on_processor : wall) / repetitions;
}

/// Runs all in turn for the budget, but three times each at least; and up to three times as long while the machine is
/// slow at the moment, which shows in a steady limit that is not what it was in other rows.
inline void race(const runners& all, context& c, caches how = caches::warm, timed by = timed::on_processor) {
  constexpr double chunk_seconds = 100e-6, long_run = 10e-3, slow = 1.15, patience = 3;
  std::vector<int> repetitions;
  std::vector<bool> untimed;
  for (const runner& r : all) {
    r.run();  // page faults, lazy initialisation
    const double once = run_chunk(r, 1, by);
    repetitions.push_back(
        how == caches::cold ? 1 : std::clamp(static_cast<int>(chunk_seconds / std::max(once, 1e-9)), 1, 1000000));
    untimed.push_back(how == caches::warm && once < long_run);
    c.best.try_emplace(r.name, 1e300);
  }
  const auto is_slow = [&] {
    return std::any_of(all.begin(), all.end(), [&](const runner& r) {
      if (!r.steady) return false;
      double& fastest = c.fastest_limit.try_emplace(r.name, 1e300).first->second;
      fastest = std::min(fastest, c.best[r.name]);
      return c.best[r.name] > slow * fastest;
    });
  };
  const auto start = clock::now();
  for (int round = 0;; ++round) {
    const double t = seconds_since(start);
    if (round >= 3 && t > c.budget && (t > patience * c.budget || !is_slow())) break;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (untimed[i]) all[i].run();
      double& b = c.best[all[i].name];
      b = std::min(b, run_chunk(all[i], repetitions[i], by));
    }
  }
}

/// A line of the table. Empty strings and zeros are printed as "-".
struct row {
  std::string kernel{}, shape{};
  std::string unit{};     ///< of ours and peer
  double ours = 0;        ///< in `unit`
  std::string peer{};     ///< the fastest of the peers
  double peer_value = 0;  ///< in `unit`
  double ratio = 0;       ///< time of the peer / our time
  std::string limit{};
  double share = 0;     ///< of the limit: its time / our time
  std::string error{};  ///< with its measure
  std::string aim{};    ///< what was aimed at, and what was reached
  bool missed = false;
  std::string remark{};
};

/// What a row is to reach.
struct aim {
  std::string than;   ///< a runner's name, "peer" (the fastest), "share" (of the limit), or "": a figure
  double factor = 0;  ///< ours >= factor times as fast; share >= factor; ours <= factor in ns or us, else >= factor
};

/// What a row is made of, beside the times.
struct subject {
  std::string kernel{}, shape{}, unit{};
  double work = 0;  ///< ours = work / seconds; where the unit is a time, seconds / work (a ns is 1e-9)
  std::vector<aim> aims{};
  std::string error{};
  std::string remark{};
};

inline bool is_time(const std::string& unit) { return unit.starts_with("ns") || unit.starts_with("us"); }

inline std::string text(double v) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, v < 1 ? "%.3f" : v < 10 ? "%.2f" : v < 100 ? "%.1f" : "%.0f", v);
  return buffer;
}

/// The row of a race between one `ours` and the others.
inline row summarize(const subject& s, const runners& all, const minima& best) {
  const auto time_of = [&](const runner& r) { return best.at(r.name); };
  const auto in_unit = [&](double seconds) { return is_time(s.unit) ? seconds / s.work : s.work / seconds; };
  row y;
  y.kernel = s.kernel;
  y.shape = s.shape;
  y.unit = s.unit;
  y.error = s.error;
  double ours = 0, fastest_peer = 1e300;
  for (const runner& r : all) {
    if (r.what == role::ours) ours = time_of(r);
  }
  if (ours == 0) return y;
  y.ours = in_unit(ours);
  for (const runner& r : all) {
    if (r.what == role::peer && time_of(r) < fastest_peer) {
      fastest_peer = time_of(r);
      y.peer = r.name;
      y.peer_value = in_unit(fastest_peer);
      y.ratio = fastest_peer / ours;
    }
    if (r.what == role::limit && (y.limit.empty() || time_of(r) / r.work / ours < y.share)) {
      y.limit = r.name;
      y.share = time_of(r) / r.work / ours;
    }
  }
  for (const aim& a : s.aims) {
    std::string reached;
    bool met = false;
    if (a.than.empty() && a.factor == 0) continue;
    if (a.than == "share") {
      if (y.share == 0) continue;
      met = y.share >= a.factor;
      reached = ">= " + text(100 * a.factor) + " % of " + y.limit + ": " + text(100 * y.share);
    } else if (a.than.empty()) {
      met = is_time(s.unit) ? y.ours <= a.factor : y.ours >= a.factor;
      reached = std::string(is_time(s.unit) ? "<= " : ">= ") + text(a.factor) + " " + s.unit;
    } else {
      // "peer" means the fastest of them.
      double theirs = a.than == "peer" ? (y.ratio > 0 ? fastest_peer : 0) : 0;
      for (const runner& r : all) {
        if (r.name == a.than) theirs = time_of(r) / (r.what == role::limit ? r.work : 1);
      }
      if (theirs == 0) continue;
      met = theirs / ours >= a.factor;
      reached = ">= " + text(a.factor) + " " + a.than + ": " + text(theirs / ours);
    }
    y.aim += (y.aim.empty() ? "" : "; ") + reached;
    y.missed = y.missed || !met;
  }
  if (!y.aim.empty()) y.aim += y.missed ? " missed" : " met";
  y.remark = s.remark;
  return y;
}

/// One line to be: sets its data up, races, and returns the line.
struct job {
  std::string name;  ///< unique
  std::function<row(context&)> run;
};
using jobs = std::vector<job>;

/// Keeps the compiler from dropping what leads to the memory at p.
inline void keep(const void* p) { asm volatile("" : : "r"(p) : "memory"); }

}  // namespace bench
