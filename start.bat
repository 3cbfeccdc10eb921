@echo off
rem Double-click: opens the app in the browser; the first time it gets what is needed, once.
setlocal
cd /d "%~dp0"
if not exist .venv\Scripts\python.exe goto setup
fc /b requirements.lock .venv\installed.lock >nul 2>nul
if not errorlevel 1 goto run
:setup
set "PY=py -3"
%PY% -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
if not errorlevel 1 goto found
set "PY=python"
%PY% -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
if not errorlevel 1 goto found
echo Python 3.11 or newer is needed. Get it from python.org, then open this again.
pause
exit /b 1
:found
echo Getting what is needed: about 1 GB, some minutes, once. Please leave this window open.
if not exist .venv\Scripts\python.exe %PY% -m venv .venv
.venv\Scripts\python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
if errorlevel 1 goto failed
.venv\Scripts\python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
if errorlevel 1 goto failed
copy /y requirements.lock .venv\installed.lock >nul
:run
.venv\Scripts\python -m analysis.app
if errorlevel 1 pause
exit /b
:failed
echo That did not work. Check that this computer is online, then open this again.
pause
exit /b 1
