import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

import forum.translated


def note_the_titles_of_today(apps, schema_editor):
    """What was called otherwise when it was released is not known any more."""
    sessions = apps.get_model("agenda", "Session").objects.filter(pk=OuterRef("session"))
    slots = apps.get_model("agenda", "ReleasedSlot").objects.exclude(session=None)
    slots.update(session_title=Subquery(sessions.values("title")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("agenda", "0006_timetable"),
    ]

    operations = [
        migrations.AddField(
            model_name="release",
            name="is_silent",
            field=models.BooleanField(default=False, editable=False, verbose_name="nobody was told"),
        ),
        migrations.AddField(
            model_name="release",
            name="returns_to",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="agenda.release",
                verbose_name="goes back to",
            ),
        ),
        migrations.AddField(
            model_name="releasedslot",
            name="session_title",
            field=forum.translated.TranslatedField(blank=True),
        ),
        migrations.RunPython(note_the_titles_of_today, migrations.RunPython.noop),
    ]
