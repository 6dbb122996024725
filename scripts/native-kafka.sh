#!/usr/bin/env bash
# Sees to it that Kafka's native library (librdkafka) is there for Confluent.Kafka.
#
# Where the NuGet package librdkafka.redist can be restored there is nothing to do. Where it cannot, the same version is built
# from the source that the npm package @confluentinc/kafka-javascript carries, into .native/librdkafka.so, and the build takes it
# from there (see Kafka.props). Where that fails too, .native/absent says so: the platform builds and runs without Kafka.
#
# Usage: scripts/native-kafka.sh [--force]      looks again even if an earlier run has decided
# Ends with 0 where Kafka can be used, 3 where it cannot (the reason is on standard error).
set -uo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
native=$root/.native
librdkafka_version=$(sed -n 's/.*Include="Confluent.Kafka" Version="\([^"]*\)".*/\1/p' "$root/Directory.Packages.props")
npm_package=@confluentinc/kafka-javascript@1.10.1
work=

say() { printf 'kafka: %s\n' "$*" >&2; }
tidy() { if [ -n "$work" ]; then rm -rf "$work"; fi; }
trap tidy EXIT

# Without Kafka the platform still builds; the file makes the build leave out the package that cannot be restored.
give_up() {
    mkdir -p "$native"
    printf '%s\n' "$*" > "$native/absent"
    say "$*"
    say "the platform builds without Kafka; --kafka will not work here"
    exit 3
}

redist_restores() {
    mkdir -p "$work/probe"
    cat > "$work/probe/probe.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="librdkafka.redist" Version="[$librdkafka_version]" /></ItemGroup>
</Project>
XML
    # Its own folder, away from the repository's props; the repository's sources and those of the user count.
    dotnet restore "$work/probe/probe.csproj" --configfile "$root/nuget.config" -v q --nologo > "$work/probe.log" 2>&1 ||
        dotnet restore "$work/probe/probe.csproj" -v q --nologo > "$work/probe.log" 2>&1
}

build_from_npm() {
    for tool in npm gcc g++ make python3; do
        command -v "$tool" > /dev/null || { reason="$tool is missing, which building librdkafka needs"; return 1; }
    done
    say "librdkafka.redist cannot be restored; fetching librdkafka $librdkafka_version in $npm_package"
    ( cd "$work" && npm pack --silent "$npm_package" ) > "$work/npm.log" 2>&1 ||
        { reason="npm cannot fetch $npm_package: $(tail -1 "$work/npm.log")"; return 1; }
    tar xzf "$work"/*.tgz -C "$work" package/deps/librdkafka ||
        { reason="$npm_package is not an archive with deps/librdkafka"; return 1; }

    local source=$work/package/deps/librdkafka
    # Only what a broker may ask for: TLS and zlib where their headers are there; no HTTP client, no Kerberos.
    say "configuring"
    ( cd "$source" && ./configure --no-download --disable-curl --disable-gssapi --disable-lz4-ext --disable-debug-symbols ) \
        > "$work/configure.log" 2>&1 ||
        { reason="librdkafka does not configure: $(tail -1 "$work/configure.log")"; return 1; }
    local built
    built=$(sed -n 's/^ *RDKAFKA_VERSION_STR *//p' "$work/configure.log" | head -1)
    if [ "$built" != "$librdkafka_version" ]; then
        reason="$npm_package carries librdkafka $built where Confluent.Kafka wants $librdkafka_version"
        return 1
    fi
    say "compiling (about half a minute)"
    make -C "$source/src" -j "$(nproc)" librdkafka.so.1 > "$work/make.log" 2>&1 ||
        { reason="librdkafka does not compile: $(grep -m1 error "$work/make.log" || tail -1 "$work/make.log")"; return 1; }

    mkdir -p "$native"
    cp "$source/src/librdkafka.so.1" "$native/librdkafka.so.new"
    strip "$native/librdkafka.so.new" 2> /dev/null
    rm -f "$native/absent"
    mv "$native/librdkafka.so.new" "$native/librdkafka.so"
    grep -q 'BUILT_WITH.* SSL' "$work/configure.log" || say "built without TLS: OpenSSL's headers are missing"
}

if [ "${1:-}" = --force ]; then rm -rf "$native"; fi
if [ -f "$native/librdkafka.so" ] || [ -f "$native/redist" ]; then exit 0; fi
if [ -f "$native/absent" ]; then
    say "$(cat "$native/absent") (an earlier run found; look again with: scripts/native-kafka.sh --force)"
    exit 3
fi

work=$(mktemp -d)
if redist_restores; then
    mkdir -p "$native"
    rm -f "$native/absent"
    touch "$native/redist"
    exit 0
fi
if [ "$(uname -s)" != Linux ]; then give_up "librdkafka.redist cannot be restored, and is built from source on Linux only"; fi
build_from_npm || give_up "$reason"
say "librdkafka $librdkafka_version is in .native/"
