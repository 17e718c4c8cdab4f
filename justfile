# Only delegates: ./dev is the one entry.
set positional-arguments

default:
    @./dev help

[no-exit-message]
run *arguments:
    @./dev run "$@"

[no-exit-message]
build *arguments:
    @./dev build "$@"

# The local stack.
[no-exit-message]
dev *arguments:
    @./dev up "$@"

[no-exit-message]
watch *arguments:
    @./dev watch "$@"

[no-exit-message]
test *arguments:
    @./dev test "$@"

[no-exit-message]
lint:
    @./dev lint

[no-exit-message]
fmt:
    @./dev fmt

[no-exit-message]
bench *arguments:
    @./dev bench "$@"

[no-exit-message]
image *arguments:
    @./dev image "$@"

[no-exit-message]
clean *arguments:
    @./dev clean "$@"
