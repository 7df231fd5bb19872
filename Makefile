# make check: format, vet, lint and the arrows between rooms. make test: everything, with the race detector.

GOLANGCI := bin/golangci-lint
FAILPOINTS := -tags failpoints

.PHONY: build check test mutants bench clean

build:
	CGO_ENABLED=0 go build -trimpath -o bin/faultline ./cmd/faultline

check: $(GOLANGCI)
	go vet ./...
	go vet $(FAILPOINTS) ./...
	$(GOLANGCI) fmt --diff
	$(GOLANGCI) run ./...

# The linter is pinned in tools/go.mod and built from there, so that it never leaks into ours.
$(GOLANGCI): tools/go.mod tools/go.sum
	go build -modfile=tools/go.mod -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

test:
	@./tools/needs
	CGO_ENABLED=1 go test -race -timeout 20m -parallel 8 $$(go list ./... | grep -v '/mutants$$')
	CGO_ENABLED=1 go test -race -timeout 5m $(FAILPOINTS) -run Crash ./store/sqlite
	go test -timeout 20m ./mutants

# Whether the tests would notice: each mutant is the program with one promise broken. make test tries all but the one
# that starts the whole bot.
mutants:
	@./tools/needs
	go test -count 1 -timeout 20m -v ./mutants -slow

# The speeds that the documents state, in some ten minutes.
bench:
	go test -run '^$$' -bench . -benchtime 1s ./recording ./detect ./correlate ./store/... ./cmd/faultline
	go test -run '^$$' -bench MillionSubscriptions -benchtime 1x -timeout 30m ./deliver

clean:
	rm -rf bin
