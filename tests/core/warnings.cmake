# cmake -D CXX=<compiler> -D INCLUDE=<dir> -D WORK=<dir> -P warnings.cmake: a user's file compiles without a warning from our headers
# under the strictest flags, and without run-time type information; the headers are not system headers here.
set(flags -std=c++20 -fsyntax-only -O1 -fno-rtti -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
    -Wold-style-cast -Wcast-qual -Wundef -Wextra-semi -Wnull-dereference -Wno-deprecated-declarations -Werror)
file(WRITE ${WORK}/kernels.cpp "#include <lowp/interop/openmp.hpp>
#include <lowp/kernels/bytes.hpp>
#include <lowp/kernels/cast.hpp>
#include <lowp/kernels/gemm.hpp>
#include <lowp/lowp.hpp>
void multiply(lowp::matrix_view<const float> x, const lowp::matrix<lowp::mxfp4>& w, lowp::matrix_view<float> y) {
  lowp::gemm(x, lowp::prepack(w), y);
}\n")
file(GLOB modular RELATIVE ${INCLUDE} ${INCLUDE}/lowp/modular/*.hpp)
list(TRANSFORM modular REPLACE "(.+)" "#include <\\1>\n")
list(JOIN modular "" modular)
file(WRITE ${WORK}/modular.cpp "${modular}
void multiply(lowp::matrix_view<const double> a, lowp::matrix_view<double> c) {
  lowp::modular::ozaki_gemm(a, a, c, 7);
}
void multiply(lowp::matrix_view<const std::int32_t> a, lowp::matrix_view<std::int64_t> c) {
  lowp::modular::exact_gemm(a, a, c);
}
void transform(std::span<std::uint64_t> x) {
  lowp::modular::ntt_plan<std::uint64_t>(x.size(), 65537, lowp::modular::ntt_kind::cyclic).forward(x);
}\n")
foreach(user ${CMAKE_CURRENT_LIST_DIR}/user_test.cpp ${CMAKE_CURRENT_LIST_DIR}/../formats/every_kind_test.cpp
        ${WORK}/kernels.cpp ${WORK}/modular.cpp)
  execute_process(COMMAND ${CXX} ${flags} -D LOWP_TEST_WARNINGS -I ${INCLUDE} ${user}
                  RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    message("${output}")
    message(FATAL_ERROR "warnings in a user's code: ${user}")
  endif()
endforeach()

# Numbers need no exceptions, and -ffast-math changes nothing that they rest on. Warnings are no errors here: clang 19
# warns of any function that is called infinity under -ffast-math.
file(WRITE ${WORK}/plain.cpp "#include <lowp/formats/names.hpp>
#include <lowp/formats/fixed.hpp>
static_assert(lowp::e4m3fn(1) + lowp::e4m3fn(2) == 3 && std::numeric_limits<lowp::float16>::has_infinity);
int main() { return lowp::integer<8>(3) == 3 ? 0 : 1; }\n")
foreach(set "-fno-exceptions;-fno-rtti" "-ffast-math;-Wno-unknown-warning-option;-Wno-nan-infinity-disabled" "-O3;-fno-math-errno;-fno-trapping-math" -std=gnu++20 -funsigned-char)
  execute_process(COMMAND ${CXX} -std=c++20 ${set} -fsyntax-only -I ${INCLUDE} ${WORK}/plain.cpp
                  RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    message("${set}:\n${output}")
    message(FATAL_ERROR "does not compile with ${set}")
  endif()
endforeach()
