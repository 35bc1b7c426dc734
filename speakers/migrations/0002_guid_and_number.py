import uuid

from django.db import migrations, models

import forum.numbers


def give_guids_and_numbers(apps, schema_editor):
    """Speakers that are there already: each a guid of its own, and the number that follows from it."""
    speakers, taken = apps.get_model('speakers', 'Speaker').objects.all(), set()
    for pk, edition in speakers.values_list('pk', 'edition'):
        guid = uuid.uuid4()
        number = forum.numbers.new_number(guid, lambda number: (edition, number) in taken)
        taken.add((edition, number))
        speakers.filter(pk=pk).update(guid=guid, number=number)


class Migration(migrations.Migration):

    dependencies = [
        ('speakers', '0001_initial'),
        ('forum', '0002_public_change'),
    ]

    operations = [
        migrations.AddField(
            model_name='speaker',
            name='guid',
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddField(
            model_name='speaker',
            name='number',
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.RunPython(give_guids_and_numbers, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='speaker',
            name='number',
            field=forum.numbers.LastingNumberField(editable=False),
        ),
        migrations.AddConstraint(
            model_name='speaker',
            constraint=models.UniqueConstraint(fields=('edition', 'guid'), name='speaker_guid_once_an_edition'),
        ),
        migrations.AddConstraint(
            model_name='speaker',
            constraint=models.UniqueConstraint(fields=('edition', 'number'), name='speaker_number_once_an_edition'),
        ),
    ]
