module gantry.invalid/ci/tools/unzip

go 1.27.0
