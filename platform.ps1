# The one command of StreamForge on Windows: hands over to the script `platform` by way of Git Bash or WSL's bash.
$bash = Get-Command bash -ErrorAction SilentlyContinue
if (-not $bash) {
    Write-Error "platform: bash is needed (Git for Windows brings one)."
    exit 2
}
& $bash.Source (Join-Path $PSScriptRoot 'platform') @args
exit $LASTEXITCODE
