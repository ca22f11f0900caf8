# shellcheck shell=bash disable=SC2154
# graphite-web in a folder, without carbon: whisper files are written by the script itself.

mkdir -p "$work/storage/whisper/app" "$work/storage/log/webapp" "$work/conf"

cat >"$work/local.py" <<PYTHON
GRAPHITE_ROOT = '$work'
STORAGE_DIR = '$work/storage'
CONF_DIR = '$work/conf'
LOG_DIR = '$work/storage/log/webapp'
WHISPER_DIR = '$work/storage/whisper'
STANDARD_DIRS = [WHISPER_DIR]
SECRET_KEY = 'findings'
CARBONLINK_HOSTS = []
LOG_ROTATION = False
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}
PYTHON

cat >"$work/graphite_ground.py" <<'PYTHON'
import os
import django
from django.test import Client

django.setup()

def series_file(name):
    """Where the series app.NAME is kept."""
    return os.path.join(os.environ['GRAPHITE_ROOT'], 'storage/whisper/app', name + '.wsp')

def render(target, window):
    """The status and the text of GET /render."""
    answer = Client().get('/render', {'target': target, 'format': 'json', 'from': window})
    return answer.status_code, answer.content.decode().strip()
PYTHON

# with_graphite SCRIPT: runs Python that may import graphite_ground.
with_graphite() {
	GRAPHITE_ROOT=$work DJANGO_SETTINGS_MODULE=graphite.settings GRAPHITE_SETTINGS_MODULE=local \
		PYTHONPATH="$work:$work/python/webapp" nice -n 10 "$work/python/bin/python" "$1" 2>"$work/graphite.log" ||
		{ tail "$work/graphite.log" >&2; exit 1; }
}
