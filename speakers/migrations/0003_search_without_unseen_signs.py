from django.db import migrations

UNSEEN = dict.fromkeys((0x200B, 0x2060, 0xFEFF))


def without_unseen_signs(apps, schema_editor):
    """Let a text that was pasted with signs without width be found as one that was typed."""
    model = apps.get_model("speakers", "Speaker")
    for key, text in model.objects.values_list("pk", "search_text").iterator():
        seen = text.translate(UNSEEN)
        if seen != text:
            model.objects.filter(pk=key).update(search_text=seen)


class Migration(migrations.Migration):
    dependencies = [("speakers", "0002_guid_and_number")]

    operations = [migrations.RunPython(without_unseen_signs, migrations.RunPython.noop)]
