#!/bin/sh
printf '%s\n' "Hello from the artifact"
