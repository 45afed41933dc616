#!/bin/sh
# Every night: what is missing, what failed last night, and the last days again.
exec node service/dist/main.js export --reports bookingitems,tickets,customers --from "${FROM:?the first day}" --out "${OUT:-exports}" --gzip
