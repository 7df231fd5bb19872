# A static binary as a user without rights. Keep the store in a volume:
#   docker build -t faultline . && docker run -v faultline:/data faultline
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /faultline ./cmd/faultline && mkdir /data

# Nothing but the binary and the certificate authorities: no shell, no package manager, no root.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /faultline /faultline
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
ENTRYPOINT ["/faultline"]
CMD ["run"]
