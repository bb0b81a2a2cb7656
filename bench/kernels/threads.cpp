#include "threads.hpp"

#include <atomic>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace bench {

namespace {

std::vector<int> allowed;

void stay_on([[maybe_unused]] int cpu) {
#if defined(__linux__)
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  pthread_setaffinity_np(pthread_self(), sizeof one, &one);
#endif
}

// A second thread that waits in a loop: waking it through the kernel would cost more than some kernels take.
class pair_of_threads {
 public:
  explicit pair_of_threads(int cpu)
      : second_([this, cpu] {
          stay_on(cpu);
          for (unsigned seen = 0;;) {
            while (round_.load(std::memory_order_acquire) == seen) std::this_thread::yield();
            seen = round_.load(std::memory_order_acquire);
            if (work_ == nullptr) return;
            take();
            done_.store(seen, std::memory_order_release);
          }
        }) {}
  ~pair_of_threads() {
    work_ = nullptr;
    round_.fetch_add(1, std::memory_order_release);
    second_.join();
  }
  pair_of_threads(const pair_of_threads&) = delete;
  pair_of_threads& operator=(const pair_of_threads&) = delete;

  void operator()(std::size_t n, lowp::task f) {
    work_ = &f;
    count_ = n;
    next_.store(0, std::memory_order_relaxed);
    const unsigned round = round_.fetch_add(1, std::memory_order_release) + 1;
    take();
    while (done_.load(std::memory_order_acquire) != round) std::this_thread::yield();
  }

 private:
  void take() {
    for (std::size_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < count_;) (*work_)(i);
  }

  const lowp::task* work_ = nullptr;
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_{0};
  std::atomic<unsigned> round_{0}, done_{0};
  std::thread second_;  // last: it uses the others
};

}  // namespace

void pin() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) allowed.push_back(cpu);
  }
  if (!allowed.empty()) stay_on(allowed.back());
#endif
}

bool with_two_threads(const std::function<void(const lowp::executor&)>& f) {
  if (allowed.size() < 2) return false;
  pair_of_threads pair(allowed.front());
  f(lowp::executor(pair));
  return true;
}

}  // namespace bench
