# syntax=docker/dockerfile:1
# A silo: hosts grains and pumps. Settings: docs/cluster.md.
# From the repository's root: docker build -f docker/silo.Dockerfile -t streamforge/silo .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
# Packages are those that Directory.Packages.props names; a folder .packages/ is used where there is one.
RUN --mount=type=cache,target=/root/.nuget/packages \
    mkdir -p .packages && \
    dotnet publish hosts/Silo/StreamForge.SiloHost.csproj -c Release -p:Engine=orleans -o /app --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# Numbers, not names: Kubernetes' runAsNonRoot wants to see that it is not 0. The image's own user app.
USER 1654:1654
# The root file system may be read-only: what is written goes to /tmp, or to a folder that is mounted. No diagnostic socket.
ENV DOTNET_EnableDiagnostics=0
COPY --from=build /app /app
# Settings: appsettings.json of the working directory, then the environment.
WORKDIR /etc/streamforge
EXPOSE 11111 30000 8081
ENTRYPOINT ["/app/StreamForge.SiloHost"]
