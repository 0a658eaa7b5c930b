module gantry.invalid/ci/tools/gunzip

go 1.27.0
