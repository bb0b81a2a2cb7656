# cmake -D CXX=<compiler> -D INCLUDE=<dir> -D WORK=<dir> -P compile_time.cmake: a file that includes one format and does
# one add compiles in at most 0.15 s more than one that includes <cmath>.
#
# The machine may be busy: the minimum of several runs of each is compared, the two taken in turn, and it is tried again
# while the answer is no. Compile time counts, so files are compiled to the end with -O2.
file(MAKE_DIRECTORY ${WORK})
file(WRITE ${WORK}/base.cpp "#include <cmath>\nfloat f(float a, float b) { return a + b; }\n")
file(WRITE ${WORK}/lowp.cpp
     "#include <lowp/formats/names.hpp>\nlowp::e4m3fn f(lowp::e4m3fn a, lowp::e4m3fn b) { return a + b; }\n")

function(compile name result)
  string(TIMESTAMP before "%s%f" UTC)
  execute_process(COMMAND ${CXX} -std=c++20 -O2 -I ${INCLUDE} -c ${WORK}/${name}.cpp -o ${WORK}/${name}.o
                  RESULT_VARIABLE failed ERROR_VARIABLE output)
  string(TIMESTAMP after "%s%f" UTC)
  if(failed)
    message(FATAL_ERROR "${name}.cpp does not compile:\n${output}")
  endif()
  math(EXPR taken "${after} - ${before}")
  set(${result} ${taken} PARENT_SCOPE)
endfunction()

set(limit 150000)  # microseconds
set(least_base 100000000)
set(least_lowp 100000000)
foreach(run RANGE 1 40)
  foreach(name base lowp)
    compile(${name} taken)
    if(taken LESS least_${name})
      set(least_${name} ${taken})
    endif()
  endforeach()
  math(EXPR more "${least_lowp} - ${least_base}")
  if(run GREATER_EQUAL 5 AND NOT more GREATER limit)
    break()
  endif()
endforeach()
message("<cmath>: ${least_base} us, one format and one add: ${least_lowp} us, ${more} us more")
if(more GREATER limit)
  message(FATAL_ERROR "more than ${limit} us")
endif()
